export type { QueueConnection } from './backend.ts';
export { isJobName, type JobDefinition, type JobName, type JobPayload, jobNames, jobs } from './jobs.ts';
export { createQueue, type JobCounts, type JobQueue, type QueueOptions } from './queue.ts';
export {
  type Handler,
  type JobContext,
  type JobHandlers,
  JobPostponed,
  type JobWorker,
  type WorkerInput,
} from './worker.ts';
