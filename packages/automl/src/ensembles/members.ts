import { takeRows } from '@laurel/evaluation';
import { createRandom, deriveSeed } from '@laurel/tabular';
import { outputsOf, scoredRows } from '../scoring.ts';
import type { EnsembleMember, PreparedData } from '../types.ts';
import type { Candidates } from './mixtures.ts';

/** Members that take part at most: the best by score. */
const mostMembers = 40;
const mostRows = 10_000;

/** At most 40 members, the best first; ties by trial number, so that the order of arrival does not matter. */
export function chooseMembers<M extends Pick<EnsembleMember, 'trialNumber' | 'score'>>(
  all: readonly M[],
  higherIsBetter: boolean,
): M[] {
  const direction = higherIsBetter ? -1 : 1;
  const ranked = [...all].sort((a, b) => (a.score - b.score) * direction || a.trialNumber - b.trialNumber);
  return ranked.slice(0, mostMembers);
}

/** The training rows that every member has predicted, as the selection reads them. */
export interface RowCandidates extends Candidates {
  /** numbers of those rows, ascending */
  rows: Int32Array;
  /** the candidates at some positions of `rows` */
  at(positions: Int32Array): RowCandidates;
  /** at most 10,000 of them, drawn by the seed */
  some(seed: number): RowCandidates;
  /** values of these rows, rows x outputs, in place among all training rows; NaN elsewhere */
  spread(values: Float64Array): Float32Array;
}

export function rowCandidates(prepared: PreparedData, members: readonly Pick<EnsembleMember, 'oof'>[]): RowCandidates {
  const { trainingRows } = prepared;
  const outputs = outputsOf(prepared.plan);
  const target = prepared.target.subarray(0, trainingRows);
  // A sum is finite where every part is.
  const sum = Float64Array.from(members[0]!.oof);
  for (const member of members.slice(1)) for (let i = 0; i < sum.length; i++) sum[i]! += member.oof[i]!;
  return pick(scoredRows(target, sum, outputs).rows);

  function pick(rows: Int32Array): RowCandidates {
    return {
      rows,
      target: takeRows(target, rows, 1),
      predictions: members.map((member) => takeRows(member.oof, rows, outputs)),
      weights: prepared.weights && takeRows(prepared.weights, rows, 1),
      at: (positions) => pick(positions.map((at) => rows[at]!)),
      some(seed) {
        if (rows.length <= mostRows) return this;
        return pick(createRandom(deriveSeed(seed, 'rows')).shuffle(rows.slice()).slice(0, mostRows).sort());
      },
      spread(values) {
        const all = new Float32Array(trainingRows * outputs).fill(Number.NaN);
        rows.forEach((row, i) => {
          for (let k = 0; k < outputs; k++) all[row * outputs + k] = values[i * outputs + k]!;
        });
        return all;
      },
    };
  }
}
