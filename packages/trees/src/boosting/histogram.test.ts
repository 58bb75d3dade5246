import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Draw, drawFrom } from '../model/testing.ts';
import { setPrecision } from './grower.ts';
import { below, normal } from './testing/cases.ts';
import { drawColumns, type HistogramData, openHistograms, unpack } from './testing/histograms.ts';

function ordinary(draw: Draw, rows: number, columns: number): HistogramData {
  return {
    targets: Float64Array.from({ length: rows }, () => normal(draw)),
    weights: Float64Array.from({ length: rows }, () => 0.5 + draw()),
    columns: drawColumns(draw, rows, columns),
  };
}

function shuffled(draw: Draw, rows: readonly number[]): number[] {
  const order = [...rows];
  for (let i = order.length - 1; i > 0; i--) {
    const j = below(draw, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

describe('packed histograms', () => {
  const shapes = fc.record({
    seed: fc.nat(),
    rows: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(16_384, 16_385, 20_000)),
    columns: fc.integer({ min: 1, max: 9 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('of a parent less one child are those of the other child, bit for bit', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rows, columns, share }) => {
        const draw = drawFrom(seed);
        const active = [...Array(columns).keys()].filter(() => draw() < 0.8);
        const bench = openHistograms(ordinary(draw, rows, columns), active);
        const { exports, arena } = bench.kernel;
        expect(setPrecision(bench.boost, 'packed', 1, false)).toBe(false);
        const all = Array.from({ length: rows }, (_, row) => row);
        const left = all.filter(() => draw() < share);
        const chosen = new Set(left);
        const right = all.filter((row) => !chosen.has(row));
        bench.build('first', all, exports.packedKind.value);
        bench.build('second', left, exports.packedKind.value);
        bench.build('third', right, exports.packedKind.value);
        exports.subtractHistogram(arena.at.first, arena.at.second, exports.packedKind.value);
        expect(bench.view('first')).toEqual(bench.view('third'));
      }),
      { numRuns: 60 },
    );
  });

  it('do not depend on the order of the rows', () => {
    const draw = drawFrom(2);
    const bench = openHistograms(ordinary(draw, 20_000, 6));
    const { exports } = bench.kernel;
    setPrecision(bench.boost, 'packed', 1, false);
    const all = Array.from({ length: 20_000 }, (_, row) => row);
    const first = bench.build('first', all, exports.packedKind.value).slice();
    const sums = [exports.builtGradient.value, exports.builtHessian.value];
    for (let run = 0; run < 3; run++) {
      expect(bench.build('second', shuffled(draw, all), exports.packedKind.value)).toEqual(first);
      expect([exports.builtGradient.value, exports.builtHessian.value]).toEqual(sums);
    }
  });

  const mass = fc.integer({ min: -30, max: 30 }).map((power) => 10 ** power);
  const bounds = fc.record({
    seed: fc.nat(),
    rows: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constantFrom(1, 2, 3, 16_385, 50_000)),
    mass,
    rest: fc.constantFrom(0, 1e-12, 1e-6, 1, 1),
    weight: fc.constantFrom(1, 1, 1e-3, 1e6),
    signs: fc.constantFrom('same', 'mixed'),
    even: fc.boolean(),
  });

  it('never overflow, and round no more than half a step a row, wherever the mass of the gradients is', () => {
    fc.assert(
      fc.property(bounds, ({ seed, rows, mass, rest, weight, signs, even }) => {
        const draw = drawFrom(seed);
        const heavy = below(draw, rows);
        // gradients of one size, all rounded the same way to f32, are as bad as it gets
        const size = mass * (0.5 + draw() / 2);
        const targets = Float64Array.from(
          { length: rows },
          (_, row) => size * (row === heavy ? 1 : rest) * (signs === 'mixed' && draw() < 0.5 ? -1 : 1),
        );
        const weights = new Float64Array(rows).fill(even ? 1 : 0.7);
        if (!even) weights[heavy] = weight;
        const column = Uint8Array.from({ length: rows }, () => below(draw, 3));
        const bench = openHistograms({ targets, weights, columns: [column] });
        const { exports } = bench.kernel;
        expect(setPrecision(bench.boost, 'packed', 1, even)).toBe(false);
        const [gradientScale, hessianScale] = [exports.gradientScale.value, exports.hessianScale.value];
        const pairs = bench.kernel.f32('gradients');
        const packed = bench.packed();
        let [gradients, hessians] = [0n, 0n];
        const bins = Array.from({ length: 3 }, () => [0n, 0n] as [bigint, bigint]);
        packed.forEach(([gradient, hessian], row) => {
          if (!(Math.abs(Number(gradient) - pairs[2 * row]! * gradientScale) <= 0.5001)) expect(row).toBe('rounded');
          if (!(Math.abs(Number(hessian) - pairs[2 * row + 1]! * hessianScale) <= 0.5001)) expect(row).toBe('rounded');
          gradients += gradient < 0n ? -gradient : gradient;
          hessians += hessian;
          const bin = bins[column[row]!]!;
          bin[0] += gradient;
          bin[1] += hessian;
        });
        expect(gradients < 2n ** 31n && hessians < 2n ** 31n).toBe(true);
        if (targets.some((target) => target !== 0)) expect(gradients > 2n ** 29n).toBe(true);
        const built = bench.build('first', Uint32Array.from(targets.keys()), exports.packedKind.value);
        expect(bins.map((_, bin) => unpack(built[bin]!))).toEqual(bins);
        const [gradient, hessian] = bins.reduce(([g, h], [g2, h2]) => [g + g2, h + h2], [0n, 0n]);
        expect([exports.builtGradient.value, exports.builtHessian.value]).toEqual([Number(gradient), Number(hessian)]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('float histograms', () => {
  it('are the sums, and differences of them up to rounding', () => {
    const draw = drawFrom(3);
    const data = ordinary(draw, 20_000, 5);
    const bench = openHistograms(data);
    const { exports, arena, memory } = bench.kernel;
    expect(setPrecision(bench.boost, 'float', 1, false)).toBe(true);
    const all = Array.from({ length: 20_000 }, (_, row) => row);
    bench.build('first', all, exports.floatKind.value);
    const sums = new Float64Array(memory.buffer, arena.at.first, 2 * bench.entries);
    const pairs = bench.kernel.f32('gradients');
    const expected = new Float64Array(2 * bench.entries);
    data.columns.forEach((column, index) => {
      column.forEach((bin, row) => {
        expected[2 * (256 * index + bin)]! += pairs[2 * row + 1]!;
        expected[2 * (256 * index + bin) + 1]! += pairs[2 * row]!;
      });
    });
    expect(sums).toEqual(expected);
    const left = all.filter(() => draw() < 0.4);
    const chosen = new Set(left);
    bench.build('second', left, exports.floatKind.value);
    exports.subtractHistogram(arena.at.first, arena.at.second, exports.floatKind.value);
    bench.build(
      'third',
      all.filter((row) => !chosen.has(row)),
      exports.floatKind.value,
    );
    const right = new Float64Array(memory.buffer, arena.at.third, 2 * bench.entries);
    sums.forEach((sum, i) => {
      if (!(Math.abs(sum - right[i]!) < 1e-9)) expect(sum).toBe(right[i]);
    });
  });
});
