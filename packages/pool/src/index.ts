export { type ChildContext, type Handlers, serveRequests } from './child/serve.ts';
export {
  type EngineProtocol,
  type EnsembleRequest,
  type PreparedSummary,
  type PrepareRequest,
  type StoredMember,
  type TableSummary,
  type TrialAnswer,
  type TrialProgress,
  type TrialRequest,
  trialKeys,
} from './engine.ts';
export { failures, resultOf, toAppError, toTrialFailure } from './failure.ts';
export { createPool, type Pool, type PoolOptions, type RunOptions } from './pool.ts';
export type { Outcome, PoolFailure, Protocol, RequestOf } from './protocol.ts';
export { trialRunOf } from './trial-run.ts';
