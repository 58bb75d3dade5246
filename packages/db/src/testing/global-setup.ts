import { startTestServer } from '../testing.ts';

export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.LAUREL_TEST_DATABASE_URL) return async () => {};
  const server = await startTestServer();
  process.env.LAUREL_TEST_DATABASE_URL = server.url;
  return server.stop;
}
