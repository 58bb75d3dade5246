import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: Linux from 32768, macOS and Windows from 49152. */
const lowest = 20_000;
const highest = 32_000;

/**
 * A port of 127.0.0.1 that is free now, for a server that a test starts. A port that the system chooses by itself may be
 * given to somebody's outgoing connection before the server has it.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
  throw new Error(`50 ports of 127.0.0.1 from ${lowest} to ${highest} are taken`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
