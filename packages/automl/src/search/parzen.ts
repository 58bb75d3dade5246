import { normalCdf } from '@laurel/evaluation';
import type { Random } from '@laurel/tabular/random';
import type { Config, Parameter, SearchSpace } from '../models/types.ts';
import { positionIn, valueAt } from './sample.ts';

const candidates = 24;
/** The newest observations count in full, older ones less and less. */
const fullWeights = 25;

/** How many of the best observations make the good density. */
export function goodCount(observations: number): number {
  return Math.min(Math.ceil(0.1 * observations), 25);
}

/**
 * A configuration by tree-structured Parzen estimators (Bergstra et al. 2011), every parameter for itself, with the
 * rules of Optuna's sampler: 24 candidates of the good density, that with the largest ratio good / bad is taken. `good`
 * and `bad` are configurations, the oldest first; without any the space is sampled evenly.
 */
export function parzenConfig(
  space: SearchSpace,
  good: readonly Config[],
  bad: readonly Config[],
  random: Random,
): Config {
  return Object.fromEntries(
    Object.entries(space).map(([name, parameter]) => {
      const of = (configs: readonly Config[]) => configs.map((config) => config[name]);
      return [name, parzenValue(parameter, of(good), of(bad), random)];
    }),
  );
}

/** One value of one parameter, from the values that did well and those that did not. */
export function parzenValue(
  parameter: Parameter,
  good: readonly unknown[],
  bad: readonly unknown[],
  random: Random,
): unknown {
  const estimate = parameter.kind === 'choice' ? shares(parameter.values) : kernels(parameter);
  const [likely, unlikely] = [estimate(good), estimate(bad)];
  let best: { position: number; ratio: number } | null = null;
  for (let i = 0; i < candidates; i++) {
    const position = likely.draw(random);
    const ratio = likely.density(position) / unlikely.density(position);
    if (!best || ratio > best.ratio) best = { position, ratio };
  }
  return valueAt(parameter, best!.position);
}

interface Density {
  draw(random: Random): number;
  density(position: number): number;
}

/** Of choices: how often each was seen, and an even share of one more observation. */
function shares(values: readonly unknown[]): (seen: readonly unknown[]) => Density {
  return (seen) => {
    const weights = [...observationWeights(seen.length), 1];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const part = values.map((value) => {
      const own = seen.reduce<number>((sum, other, i) => sum + (other === value ? weights[i]! : 0), 0);
      return (own + 1 / values.length) / total;
    });
    const indexOf = (position: number) => Math.min(values.length - 1, Math.floor(position * values.length));
    return {
      draw: (random) => (pick(part, random) + 0.5) / values.length,
      density: (position) => part[indexOf(position)]!,
    };
  };
}

/** Of numbers: a normal kernel around each, as wide as the gap to its farther neighbour, and a wide one in the middle. */
function kernels(parameter: Parameter): (seen: readonly unknown[]) => Density {
  return (seen) => {
    const centres = seen.map((value) => positionIn(parameter, value));
    const narrowest = 1 / Math.min(100, 2 + centres.length);
    const sorted = centres.map((_, i) => i).sort((a, b) => centres[a]! - centres[b]! || a - b);
    const widths = new Array<number>(centres.length);
    sorted.forEach((index, rank) => {
      const centre = centres[index]!;
      const below = rank === 0 ? null : centre - centres[sorted[rank - 1]!]!;
      const above = rank === sorted.length - 1 ? null : centres[sorted[rank + 1]!]! - centre;
      const gap = Math.max(below ?? 0, above ?? 0) || (centres.length === 1 ? Math.max(centre, 1 - centre) : 0);
      widths[index] = Math.min(1, Math.max(narrowest, gap));
    });
    const all = [...centres, 0.5];
    const wide = [...widths, 1];
    const weights = [...observationWeights(centres.length), 1];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const inside = all.map((centre, i) => normalCdf((1 - centre) / wide[i]!) - normalCdf(-centre / wide[i]!));
    return {
      draw(random) {
        const k = pick(weights, random);
        for (let attempt = 0; attempt < 50; attempt++) {
          const position = all[k]! + random.normal() * wide[k]!;
          if (position >= 0 && position <= 1) return position;
        }
        return all[k]!;
      },
      density(position) {
        let sum = 0;
        for (let k = 0; k < all.length; k++) {
          const distance = (position - all[k]!) / wide[k]!;
          sum += (weights[k]! * Math.exp(-0.5 * distance * distance)) / (wide[k]! * inside[k]!);
        }
        return sum / total;
      },
    };
  };
}

function observationWeights(count: number): number[] {
  const old = Math.max(0, count - fullWeights);
  return Array.from({ length: count }, (_, i) => {
    if (i >= old) return 1;
    return old === 1 ? 1 / count : 1 / count + ((1 - 1 / count) * i) / (old - 1);
  });
}

function pick(weights: readonly number[], random: Random): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return weights.length - 1;
}
