import { engineHandlers } from './handlers.ts';
import { serveRequests } from './serve.ts';

// The program of the engine's child processes: `import '@laurel/pool/child'` is all that an app's child entry holds.
serveRequests(engineHandlers);
