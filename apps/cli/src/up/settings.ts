import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the platform keeps what it writes. */
export interface Home {
  dir: string;
  logs: string;
  run: string;
  postgres: string;
  blobs: string;
  credentials: string;
  secrets: string;
}

/** Makes the data directory, readable by its owner alone. */
export function openHome(dir: string): Home {
  const home: Home = {
    dir,
    logs: join(dir, 'logs'),
    run: join(dir, 'run'),
    postgres: join(dir, 'postgres'),
    blobs: join(dir, 'blobs'),
    credentials: join(dir, 'credentials.json'),
    secrets: join(dir, 'secrets.json'),
  };
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const folder of [home.logs, home.run, home.blobs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return home;
}

/** Writes aside and renames, so that a crash never leaves half a file; mode 0600. */
export function writePrivate(path: string, value: unknown): void {
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  chmodSync(aside, 0o600);
  renameSync(aside, path);
}

export interface Secrets {
  /** signs sessions */
  authSecret: string;
  /** between web and serve */
  internalToken: string;
}

/** The installation's secrets: generated at the first start, kept in the data directory, never committed. */
export function loadSecrets(home: Home): Secrets {
  if (existsSync(home.secrets)) return JSON.parse(readFileSync(home.secrets, 'utf8')) as Secrets;
  const secrets: Secrets = {
    authSecret: randomBytes(48).toString('base64url'),
    internalToken: randomBytes(32).toString('base64url'),
  };
  writePrivate(home.secrets, secrets);
  return secrets;
}

export interface Credentials {
  url: string;
  serveUrl: string;
  email: string;
  password: string;
  apiKey: string;
}

export function readCredentials(home: Home): Credentials | null {
  if (!existsSync(home.credentials)) return null;
  return JSON.parse(readFileSync(home.credentials, 'utf8')) as Credentials;
}

/** A password that can be read aloud: 20 characters of 32, so 100 bits. */
export function generatePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'; // 31, without look-alikes
  let text = '';
  while (text.length < 20) {
    for (const byte of randomBytes(32)) {
      if (byte < 248 && text.length < 20) text += letters[byte % 31]; // 248 = 8 x 31: no letter is favoured
    }
  }
  return text.replace(/(.{5})(?=.)/g, '$1-');
}
