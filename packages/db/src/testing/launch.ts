import { startEmbeddedPostgres } from '../embedded/index.ts';

/** A launcher for the test that kills one: starts PostgreSQL, says where, and stays. */
const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '' });
process.stdout.write(`${JSON.stringify({ pid: server.pid, port: server.port })}\n`);
setInterval(() => {}, 1000);
