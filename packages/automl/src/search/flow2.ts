import type { Random } from '@laurel/tabular/random';
import type { Config, SearchSpace } from '../models/types.ts';
import { dimensionsOf, positionIn, sampleValue, valueAt } from './sample.ts';

/** A direct search around one configuration, as plain JSON. */
export interface Flow2 {
  centre: Config;
  /** length of a step, in the unit cube */
  step: number;
  /** the last direction, whose opposite comes next; null when a new one is due */
  tried: number[] | null;
  /** proposals since the centre moved */
  sinceMoved: number;
  proposals: number;
  /** number of proposals at the last change of the step, or of the centre before the first */
  mark: number;
}

const firstStep = 0.1;
const leastStep = 0.01;
/** Directions hardly ever leave a choice's part of the unit interval, so that choices are drawn anew as often as this. */
const choiceChange = 0.1;
const mostWaits = 9;

export function startFlow2(centre: Config, space: SearchSpace): Flow2 {
  const step = firstStep * Math.sqrt(Math.max(1, dimensionsOf(space).length));
  return { centre, step, tried: null, sinceMoved: 0, proposals: 0, mark: 1 };
}

/**
 * The next configuration: a step in a random direction, then the opposite one. After `patience` proposals without
 * progress the step shrinks by the root of old and new count (FLOW2: Wu, Wang and Huang 2021, with the constants of
 * FLAML). Null when the step has become too small: the search has converged.
 */
export function flow2Config(flow: Flow2, space: SearchSpace, random: Random, patience?: number): Config | null {
  const dimensions = dimensionsOf(space);
  const least = leastStep * Math.sqrt(Math.max(1, dimensions.length));
  if (flow.step < least) return null;
  const opposite = flow.tried;
  const direction = opposite ? opposite.map((value) => -value) : unitVector(dimensions.length, random, flow.step);
  flow.tried = opposite ? null : direction;
  flow.proposals++;
  flow.sinceMoved++;
  if (flow.sinceMoved >= (patience ?? 2 ** Math.min(mostWaits, dimensions.length))) {
    flow.sinceMoved -= 2;
    const count = flow.proposals + 1;
    flow.step *= Math.sqrt(flow.mark / count);
    flow.mark = count;
  }
  const config: Config = { ...flow.centre };
  dimensions.forEach(([name, parameter], k) => {
    const from = positionIn(parameter, flow.centre[name]);
    const isRedrawn = parameter.kind === 'choice' && random.next() < choiceChange;
    config[name] = isRedrawn
      ? sampleValue(parameter, random)
      : valueAt(parameter, Math.min(1, Math.max(0, from + direction[k]!)));
  });
  return config;
}

/** Moves the centre to a better configuration. */
export function moveFlow2(flow: Flow2, centre: Config): void {
  flow.centre = centre;
  flow.tried = null;
  flow.sinceMoved = 0;
  if (flow.mark === 1) flow.mark = flow.proposals + 1;
}

/** Lengthens the step where steps round to what is known already. */
export function widenFlow2(flow: Flow2, space: SearchSpace): void {
  const longest = Math.sqrt(Math.max(1, dimensionsOf(space).length));
  flow.step = Math.min(longest, flow.step + firstStep);
  flow.tried = null;
}

function unitVector(length: number, random: Random, scale: number): number[] {
  const vector = Array.from({ length }, () => random.normal());
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => (value / (norm || 1)) * scale);
}
