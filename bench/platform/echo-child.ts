import { serveRequests } from '@laurel/pool';

export type EchoProtocol = { echo: { request: { bytes: number }; result: Uint8Array; event: never } };

// A child that does no work: what its answer takes is the pool's and the channel's time.
if (process.send) serveRequests<EchoProtocol>({ echo: async ({ bytes }) => new Uint8Array(bytes) });
