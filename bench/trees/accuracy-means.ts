import type { Measurement, ResultLine } from '../record.ts';
import type { FoldComparison, Score } from './scores.ts';

/** What a line of `accuracy` knows of its set, beside the two scores. */
export interface SetDetails extends Pick<FoldComparison, 'difference' | 'standardError' | 'verdict' | 'folds'> {
  setting: string;
  set: string;
  rows: number;
  relative: number;
}

/** The lines that compare one set, of one setting. */
export function setLines(lines: readonly ResultLine[], setting: string): (ResultLine & { details: SetDetails })[] {
  return lines.filter(
    (line): line is ResultLine & { details: SetDetails } =>
      line.details?.setting === setting && typeof line.details.set === 'string',
  );
}

/**
 * The questions of all sets together: is the mean signed difference of AUC within 0.001, are log loss and RMSE within
 * 1 % in the mean, and is each set within two standard errors (a better one is no failure).
 */
export function meanLines(lines: readonly ResultLine[]): Measurement[] {
  return ['plain', 'sampled'].flatMap((setting) => {
    const sets = setLines(lines, setting);
    const means = (['auc', 'logloss', 'rmse'] as const).flatMap((unit) => meanLine(sets, setting, unit));
    if (setting === 'sampled' || sets.length === 0) return means;
    const worse = sets.filter(({ details }) => details.verdict === 'worse');
    const within = sets.filter(({ details }) => details.verdict === 'within');
    return [
      ...means,
      {
        case: `accuracy: ${setting}, scores within two standard errors or better`,
        value: sets.length - worse.length,
        unit: 'count',
        peer: sets.length,
        peerName: 'target',
        details: { worse: worse.map(({ details, unit }) => `${details.set} ${unit}`) },
      },
      { case: `accuracy: ${setting}, scores within two standard errors`, value: within.length, unit: 'count' },
    ];
  });
}

function meanLine(
  sets: readonly (ResultLine & { details: SetDetails })[],
  setting: string,
  unit: Score['unit'],
): Measurement[] {
  const same = sets.filter((line) => line.unit === unit);
  if (same.length === 0) return [];
  const gaps = same.map(({ details }) => (unit === 'auc' ? details.difference : 100 * details.relative));
  const mean = gaps.reduce((total, gap) => total + gap, 0) / gaps.length;
  const variance = same.reduce((total, { details }, i) => {
    const scale = details.difference === 0 ? 0 : (gaps[i] as number) / details.difference;
    return total + (scale * details.standardError) ** 2;
  }, 0);
  return [
    {
      case: `accuracy: ${setting}, mean difference of ${unit} over ${same.length} sets, without its sign`,
      value: Math.abs(mean),
      unit: unit === 'auc' ? 'of 1' : '%',
      peer: unit === 'auc' ? 0.001 : 1,
      peerName: 'target',
      details: {
        signed: Number(mean.toPrecision(4)),
        // how far chance alone moves the mean
        standardError: Number((Math.sqrt(variance) / same.length).toPrecision(3)),
        sets: same.map(({ details }) => details.set),
      },
    },
  ];
}
