import { readFile } from 'node:fs/promises';
import type { Actor } from '@laurel/access';
import { AppError, type DatasetView, type ExperimentView, experimentRequest, newId } from '@laurel/contracts';
import { blobKeys } from '@laurel/storage';
import { installedFile } from '../installed-file.ts';
import type { Platform } from '../platform.ts';
import { type Sample, samples } from './catalog.ts';
import { deriveColumn } from './derive-column.ts';

/**
 * Project (a new one, or the given), dataset and experiment in one go. The experiment is queued while the dataset is
 * still being profiled; its preparation waits for that.
 */
export async function trainSample(
  platform: Platform,
  actor: Actor,
  sampleId: string,
  options: { projectId?: string | undefined; budgetSeconds?: number | undefined },
): Promise<{ projectId: string; dataset: DatasetView; experiment: ExperimentView }> {
  const sample = samples.find((each) => each.id === sampleId);
  if (!sample) {
    throw new AppError('NOT_FOUND', `There is no such sample. There are ${samples.map((each) => each.id).join(', ')}.`);
  }
  if (options.projectId !== undefined) {
    await platform.db.access.check(actor, 'experiment.create', { kind: 'project', id: options.projectId });
  }
  const dataset = await importSample(platform, actor, sample, options.projectId);
  const seconds = options.budgetSeconds ?? sample.budgetSeconds;
  const request = experimentRequest.parse({
    datasetId: dataset.id,
    target: sample.target,
    budget: { seconds },
    name: `${sample.name}: ${sample.target}`,
  });
  try {
    const experiment = await platform.db.experiments.create(actor, { request, seed: 1 });
    return { projectId: dataset.projectId, dataset, experiment };
  } catch (error) {
    // one click makes all or nothing
    await platform.db.datasets.delete(actor, dataset.id);
    await platform.blobs.deletePrefix(blobKeys.dataset(dataset.id));
    if (options.projectId === undefined) await platform.db.projects.delete(actor, dataset.projectId);
    throw error;
  }
}

async function importSample(
  platform: Platform,
  actor: Actor,
  sample: Sample,
  projectId: string | undefined,
): Promise<DatasetView> {
  const id = newId('dataset');
  const stored = await platform.blobs.put(blobKeys.datasetSource(id), await sampleBytes(sample));
  try {
    return await platform.db.datasets.create(actor, {
      id,
      projectId,
      name: sample.name,
      ...stored,
      contentType: 'text/csv',
      parse: {},
      source: { kind: 'sample', note: [`Source: ${sample.source}.`, sample.derive?.note].filter(Boolean).join(' ') },
    });
  } catch (error) {
    await platform.blobs.deletePrefix(blobKeys.dataset(id));
    throw error;
  }
}

/** The sample's file as it is imported, derived column included. */
export async function sampleBytes(sample: Sample): Promise<Uint8Array> {
  const bytes = await readFile(installedFile(`@observablehq/sample-datasets/${sample.file}`));
  if (!sample.derive) return bytes;
  return new TextEncoder().encode(deriveColumn(bytes.toString('utf8'), sample.derive.column, sample.derive.value));
}
