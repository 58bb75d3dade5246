import { rowsBySeries } from '../../tasks/forecast/family.ts';
import { everyRow } from '../rows.ts';
import type { Family, FittedModel } from '../types.ts';

/** The value one season before, of the newest season that is known at the origin. */
export const family: Family = {
  async fit(input) {
    input.signal?.throwIfAborted();
    return createModel(input.history?.seasons[0] ?? 1);
  },
  async restore(state) {
    return createModel((state.header as { season: number }).season);
  },
};

function createModel(season: number): FittedModel {
  return {
    predict(features, rows = everyRow(features), history) {
      if (!history) throw new Error('A forecast needs the history of its series.');
      const out = new Float64Array(rows.length);
      for (const own of rowsBySeries(features, rows, history)) {
        for (const { s, at, step, out: index } of own) {
          const nearest = at + step - season * Math.ceil(step / season);
          // Where there is no whole season yet: the last value.
          out[index] = history.values[s]![nearest >= 0 ? nearest : at]!;
        }
      }
      return out;
    },
    curve: [],
    iterations: 1,
    truncated: false,
    state: () => ({ header: { season }, tensors: {} }),
    dispose: () => {},
  };
}
