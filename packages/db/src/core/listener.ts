import pg from 'pg';
import { type Channel, channelName } from './sql.ts';

type Listener = (payload: string) => void;

/**
 * One connection that LISTENs for all subscribers. When it breaks it is made again with back-off, and every
 * subscriber is then called with an empty payload, because notifications in between are lost: look again.
 */
export class NotificationHub {
  private readonly connectionString: string;
  private readonly listeners = new Map<Channel, Set<Listener>>();
  private client: pg.Client | null = null;
  private connecting: Promise<void> | null = null;
  private closed = false;

  constructor(connectionString: string) {
    this.connectionString = connectionString;
  }

  async listen(channel: Channel, listener: Listener): Promise<() => Promise<void>> {
    const set = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, set.add(listener));
    if (this.client) await this.client.query(`LISTEN ${channelName(channel)}`);
    else await this.connect();
    return async () => {
      set.delete(listener);
      if (set.size === 0) await this.client?.query(`UNLISTEN ${channelName(channel)}`);
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    await this.connecting?.catch(() => {}); // a failed attempt leaves nothing to close
    const client = this.client;
    this.client = null;
    await client?.end();
  }

  private connect(): Promise<void> {
    this.connecting ??= this.open().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  private async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.connectionString,
      application_name: 'laurel-listen',
      keepAlive: true,
      connectionTimeoutMillis: 15_000,
    });
    client.on('error', () => {}); // 'end' follows, and reconnects
    client.on('notification', (message) => {
      for (const [channel, set] of this.listeners) {
        if (channelName(channel) === message.channel) for (const listener of set) listener(message.payload ?? '');
      }
    });
    await client.connect();
    client.once('end', () => this.reconnect(client));
    for (const channel of this.listeners.keys()) await client.query(`LISTEN ${channelName(channel)}`);
    this.client = client;
  }

  private reconnect(lost: pg.Client): void {
    if (this.closed || (this.client !== null && this.client !== lost)) return;
    this.client = null;
    const attempt = (delayMs: number) => {
      const timer = setTimeout(() => {
        if (this.closed) return;
        this.connect().then(
          () => this.wakeAll(),
          () => attempt(Math.min(delayMs * 2, 5_000)),
        );
      }, delayMs);
      timer.unref();
    };
    attempt(100);
  }

  private wakeAll(): void {
    for (const set of this.listeners.values()) for (const listener of set) listener('');
  }
}
