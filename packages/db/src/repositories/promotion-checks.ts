import {
  experimentPlan,
  type Interval,
  type ModelContract,
  modelContract,
  type PromotionCheck,
} from '@laurel/contracts';
import type { ModelRow } from './models.ts';

/** What callers of a model rely on. */
export function contractOf(row: ModelRow): ModelContract {
  const plan = experimentPlan.parse(row.plan);
  return modelContract.parse({ task: plan.task, target: plan.target, labels: plan.labels, inputs: row.inputs });
}

/** What a caller would notice, in words; ranges, levels and examples of inputs may change. */
export function contractChanges(before: ModelContract, after: ModelContract): string[] {
  const changes: string[] = [];
  if (before.task !== after.task) changes.push(`the task is ${after.task} instead of ${before.task}`);
  if (before.target !== after.target) changes.push(`it predicts "${after.target}" instead of "${before.target}"`);
  if ([...before.labels].sort().join('\n') !== [...after.labels].sort().join('\n')) {
    changes.push(`the classes are ${after.labels.join(', ')} instead of ${before.labels.join(', ')}`);
  }
  const old = new Map(before.inputs.map((input) => [input.name, input.type]));
  const fresh = new Map(after.inputs.map((input) => [input.name, input.type]));
  for (const [name, type] of fresh) {
    const was = old.get(name);
    if (was === undefined) changes.push(`it needs a new input "${name}"`);
    else if (was !== type) changes.push(`input "${name}" is ${type} instead of ${was}`);
  }
  for (const name of old.keys()) if (!fresh.has(name)) changes.push(`it no longer uses input "${name}"`);
  return changes;
}

export interface Snapshot {
  candidate: Record<string, number | null>;
  champion: Record<string, number | null> | null;
  split: 'oof' | 'holdout';
}

/** Scores of both as they are now: on the holdouts when both have one, else out of fold. */
export function takeSnapshot(candidate: ModelRow, champion: ModelRow | null): Snapshot {
  const holdout = candidate.holdout_metrics !== null && (champion === null || champion.holdout_metrics !== null);
  const scores = (row: ModelRow) => (holdout ? values(row.holdout_metrics ?? {}) : row.metrics);
  return {
    candidate: scores(candidate),
    champion: champion === null ? null : scores(champion),
    split: holdout ? 'holdout' : 'oof',
  };
}

function values(metrics: Record<string, Interval>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(metrics).map(([id, metric]) => [id, metric.value]));
}

/** What the approver should look at. A failed check does not forbid: the decision is a person's. */
export function makeChecks(input: {
  candidate: ModelRow;
  champion: ModelRow | null;
  baselineScore: number | null;
  snapshot: Snapshot;
  changes: string[];
  firstContract: boolean;
  openings: number;
}): PromotionCheck[] {
  const { candidate, snapshot, changes } = input;
  const hasHoldout = candidate.holdout_metrics !== null;
  return [
    againstBaseline(candidate, input.baselineScore),
    againstChampion(candidate, input.champion, snapshot),
    {
      id: 'contract',
      label: 'Callers need not change',
      outcome: input.firstContract ? 'not_applicable' : changes.length === 0 ? 'passed' : 'failed',
      message: input.firstContract
        ? 'This is the first champion; it fixes what callers send and get.'
        : changes.length === 0
          ? 'Task, target, classes and inputs are those of the champion.'
          : `Callers will notice: ${changes.join('; ')}.`,
    },
    {
      id: 'holdout',
      label: 'Measured on rows that no choice was made on',
      outcome: hasHoldout ? (input.openings <= 3 ? 'passed' : 'failed') : 'not_applicable',
      message: hasHoldout
        ? `The holdout was opened ${input.openings} ${input.openings === 1 ? 'time' : 'times'}, this one included.${input.openings > 3 ? ' The more often, the less it says.' : ''}`
        : 'There is no holdout; the scores are from cross-validation.',
    },
  ];
}

function againstBaseline(candidate: ModelRow, baseline: number | null): PromotionCheck {
  const label = 'Better than the baseline';
  if (baseline === null) {
    return {
      id: 'baseline',
      label,
      outcome: 'not_applicable',
      message: 'The experiment has no baseline to compare with.',
    };
  }
  const better = isBetter(candidate, candidate.score, baseline);
  const message = `${candidate.metric.label}: ${show(candidate.score)} against ${show(baseline)} of the baseline, in cross-validation.`;
  return { id: 'baseline', label, outcome: better ? 'passed' : 'failed', message };
}

function againstChampion(candidate: ModelRow, champion: ModelRow | null, snapshot: Snapshot): PromotionCheck {
  const label = 'Better than the champion';
  const id = 'champion';
  if (champion === null) return { id, label, outcome: 'not_applicable', message: 'There is no champion yet.' };
  const mine = snapshot.candidate[candidate.metric.id] ?? null;
  const theirs = snapshot.champion?.[candidate.metric.id] ?? null;
  if (mine === null || theirs === null) {
    const message = `The champion was not measured by ${candidate.metric.label}, so the scores cannot be compared.`;
    return { id, label, outcome: 'not_applicable', message };
  }
  const rows =
    champion.split_sha256 === candidate.split_sha256 ? 'on the same rows' : 'on different rows, so look closer';
  const message = `${candidate.metric.label}: ${show(mine)} against ${show(theirs)}, ${rows}.`;
  return { id, label, outcome: isBetter(candidate, mine, theirs) ? 'passed' : 'failed', message };
}

function isBetter(row: ModelRow, a: number, b: number): boolean {
  return row.metric.higherIsBetter ? a > b : a < b;
}

function show(value: number): string {
  return String(Number(value.toPrecision(4)));
}
