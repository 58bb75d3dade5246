export interface Shape {
  trend: 'damped' | 'straight' | 'none';
  season: 'multiplied' | 'added' | 'none';
  /** length of the season; 1 without one */
  cycle: number;
}

/** How fast level, trend and season follow the newest value, and how fast a trend fades. */
export interface Weights {
  level: number;
  trend: number;
  season: number;
  damping: number;
}

interface State {
  level: number;
  slope: number;
  seasons: Float64Array;
}

/** The shape that a series allows: seasons need two of their kind, and products need values above zero. */
export function shapeFor(values: Float64Array, asked: Shape): Shape {
  return shapeAt(values.length, leadingPositive(values), asked);
}

/** The same for the first `length` values of a series whose first `positive` values are above zero. */
function shapeAt(length: number, positive: number, asked: Shape): Shape {
  const hasSeason = asked.season !== 'none' && asked.cycle > 1 && length >= 2 * asked.cycle;
  if (!hasSeason) return { ...asked, season: 'none', cycle: 1 };
  return { ...asked, season: asked.season === 'multiplied' && positive < length ? 'added' : asked.season };
}

function leadingPositive(values: Float64Array): number {
  const first = values.findIndex((value) => !(value > 0));
  return first < 0 ? values.length : first;
}

/** Values without a season that the start is made of; with one it is two seasons. */
const startValues = 10;

/** Origins that one pass through a series answers. */
export interface Pass {
  shape: Shape;
  /** ascending */
  origins: number[];
}

/**
 * Puts origins together where shape and start of the smoothing are the same whichever is the last of them. Those that lie
 * within the start have passes of their own, as what comes after them must play no part.
 * @param origins ascending, each once
 */
export function passesFor(values: Float64Array, origins: readonly number[], asked: Shape): Pass[] {
  const positive = leadingPositive(values);
  const passes: Pass[] = [];
  for (const origin of origins) {
    const shape = shapeAt(origin + 1, positive, asked);
    const last = passes.at(-1);
    const start = shape.season === 'none' ? startValues : 2 * shape.cycle;
    if (last?.shape.season === shape.season && last.origins[0]! + 1 >= start) last.origins.push(origin);
    else passes.push({ shape, origins: [origin] });
  }
  return passes;
}

/**
 * Goes through a series (Holt 1957, Winters 1960, damped trend of Gardner and McKenzie 1985). `after` is called after
 * each value with a function that forecasts so many steps ahead.
 */
export function smooth(
  values: Float64Array,
  shape: Shape,
  weights: Weights,
  after: (at: number, forecast: (steps: number) => number) => void,
): void {
  const { cycle } = shape;
  const state = startState(values, shape);
  const damping = shape.trend === 'damped' ? weights.damping : 1;
  const multiplies = shape.season === 'multiplied';
  const forecastFrom = (at: number) => (steps: number) => {
    const reach = damping === 1 ? steps : (damping * (1 - damping ** steps)) / (1 - damping);
    const flat = state.level + reach * state.slope;
    if (shape.season === 'none') return flat;
    const seasonal = state.seasons[(at + steps) % cycle]!;
    return multiplies ? flat * seasonal : flat + seasonal;
  };
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    const place = at % cycle;
    const seasonal = state.seasons[place]!;
    const expected = state.level + damping * state.slope;
    const adjusted = multiplies ? value / seasonal : value - seasonal;
    const level = weights.level * adjusted + (1 - weights.level) * expected;
    if (shape.trend !== 'none') {
      state.slope = weights.trend * (level - state.level) + (1 - weights.trend) * damping * state.slope;
    }
    state.level = level;
    if (shape.season !== 'none') {
      const own = multiplies ? value / level : value - level;
      state.seasons[place] = weights.season * own + (1 - weights.season) * seasonal;
    }
    after(at, forecastFrom(at));
  }
}

/**
 * Mean squared error one step, half a horizon and a horizon ahead, the first season left out: weights that follow the
 * last value closely look good one step ahead and run away later.
 */
export function smoothingLoss(values: Float64Array, shape: Shape, weights: Weights, horizon: number): number {
  const steps = [...new Set([1, Math.ceil(horizon / 2), horizon])].filter((step) => step < values.length - shape.cycle);
  if (steps.length === 0) return Number.POSITIVE_INFINITY;
  const sums = new Float64Array(steps.length);
  smooth(values, shape, weights, (at, forecast) => {
    if (at + 1 < shape.cycle) return;
    steps.forEach((step, i) => {
      const truth = values[at + step];
      if (truth !== undefined) sums[i]! += (forecast(step) - truth) ** 2;
    });
  });
  return steps.reduce((total, step, i) => total + sums[i]! / (values.length - step - shape.cycle + 1), 0);
}

/** Level, slope and seasons before the first value, from the first two seasons. */
function startState(values: Float64Array, { cycle, season, trend }: Shape): State {
  const neutral = season === 'multiplied' ? 1 : 0;
  const seasons = new Float64Array(cycle).fill(neutral);
  if (season === 'none') {
    const reach = Math.min(values.length, startValues) - 1;
    const slope = trend === 'none' || reach < 1 ? 0 : (values[reach]! - values[0]!) / reach;
    return { level: values[0]! - slope, slope, seasons };
  }
  const first = mean(values, 0, cycle);
  const slope = (mean(values, cycle, 2 * cycle) - first) / cycle;
  const level = first - (slope * (cycle + 1)) / 2;
  const line = (at: number) => level + slope * (at + 1);
  for (let i = 0; i < cycle; i++) {
    const own = [values[i]!, values[i + cycle]!];
    seasons[i] =
      season === 'multiplied'
        ? (own[0]! / line(i) + own[1]! / line(i + cycle)) / 2
        : (own[0]! - line(i) + own[1]! - line(i + cycle)) / 2;
  }
  return { level: trend === 'none' ? first : level, slope: trend === 'none' ? 0 : slope, seasons };
}

function mean(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}
