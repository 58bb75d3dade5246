/** The only place that makes storage keys. Ids are ours (letters, digits, underscore), checked here once more. */
function safe(id: string): string {
  if (!/^[a-z]+_[0-9a-z]+$/.test(id)) throw new Error(`not an id of ours: ${JSON.stringify(id)}`);
  return id;
}

export const blobKeys = {
  /** the file as it was uploaded */
  datasetSource: (datasetId: string) => `datasets/${safe(datasetId)}/source`,
  /** the table as columns (tabular's encodeTable) */
  datasetTable: (datasetId: string) => `datasets/${safe(datasetId)}/table`,
  dataset: (datasetId: string) => `datasets/${safe(datasetId)}/`,
  /** automl's encodePrepared */
  prepared: (experimentId: string) => `experiments/${safe(experimentId)}/prepared`,
  /** out-of-fold and holdout predictions of a completed trial (automl's encodePredictions) */
  predictions: (experimentId: string, trialId: string) =>
    `experiments/${safe(experimentId)}/predictions/${safe(trialId)}`,
  experiment: (experimentId: string) => `experiments/${safe(experimentId)}/`,
  /** what is known of a job that a person waits for, as JSON */
  jobRecord: (jobId: string) => `jobs/${safe(jobId)}/record`,
  job: (jobId: string) => `jobs/${safe(jobId)}/`,
  batchInput: (jobId: string) => `jobs/${safe(jobId)}/input`,
  batchOutput: (jobId: string) => `jobs/${safe(jobId)}/output`,
} as const;
