import type { ExperimentPlan } from '@laurel/contracts';
import type { FamilyInfo } from '../models/types.ts';
import { trialCost } from '../search/cost.ts';
import { type Landscape, landscapeScore, madeUpFamilies, madeUpSetting } from '../search/testing.ts';
import type { SearchFamily } from '../search/types.ts';
import { createStudy, step } from './study.ts';
import { plan } from './testing.ts';
import type { StudyAction, StudyEvent } from './types.ts';

export interface Simulation {
  strategy: string;
  landscape: Landscape;
  seed: number;
  budget: ExperimentPlan['budget'];
  workers?: number;
  rows?: number;
  /** how much slower than the formula this machine is */
  slowness?: number;
}

export interface SimulatedTrial {
  family: string;
  config: Record<string, unknown>;
  rungRows?: number;
  score: number;
  /** seconds after the start at which it ended */
  at: number;
}

/**
 * A whole study with made-up families: trials take what the formula of their cost says, and score what the landscape
 * says. No fit, no clock, no chance: the same simulation gives the same trials.
 */
export function simulate(simulation: Simulation): SimulatedTrial[] {
  const { strategy, landscape, seed, budget, workers = 1, slowness = 1 } = simulation;
  const rows = simulation.rows ?? madeUpSetting().facts.rows;
  const facts = { ...madeUpSetting().facts, rows };
  const setting = madeUpSetting({ facts, fits: rows > 20_000 ? 1 : 5 });
  const families = madeUpFamilies.map(toInfo);
  let state = createStudy(planOf(strategy, seed, budget, rows), { facts, families });
  const running = new Map<number, { endsAt: number; seconds: number; trial: SimulatedTrial }>();
  const ended: SimulatedTrial[] = [];
  let atMs = 0;
  let isOver = false;
  const send = (event: StudyEvent): void => {
    const next = step(state, event, families);
    state = next.state;
    for (const action of next.actions) perform(action);
  };
  const perform = (action: StudyAction): void => {
    if (action.type === 'end') isOver = true;
    if (action.type === 'stop-trials') for (const number of action.numbers) running.delete(number);
    if (action.type !== 'run-trial') return;
    const { number, family, config, rungRows } = action.trial;
    if (action.trial.kind === 'ensemble') {
      send({ type: 'trial-started', number, atMs });
      send({ type: 'trial-completed', number, atMs, score: 0, seconds: 0 });
      return;
    }
    const proposal = { family, config, ...(rungRows === undefined ? {} : { rungRows }) };
    const known = madeUpFamilies.find(({ id }) => id === family)!;
    const wanted = slowness * trialCost(known, setting, proposal);
    // A fit that its limit ends gives what it has: the worse, the less of it is done.
    const seconds = Math.min(wanted, action.trial.capMs / 1000);
    const score = landscapeScore(landscape, madeUpFamilies, proposal) - 0.1 * (1 - seconds / wanted);
    running.set(number, { endsAt: atMs + seconds * 1000, seconds, trial: { ...proposal, score, at: 0 } });
    send({ type: 'trial-started', number, atMs });
  };
  send({ type: 'begin', atMs, parallelism: workers });
  for (let guard = 0; !isOver && guard < 100_000; guard++) {
    const [number, next] = [...running].sort(([, a], [, b]) => a.endsAt - b.endsAt)[0] ?? [0, null];
    const tickAt = atMs + 1000;
    if (!next || next.endsAt > tickAt) {
      atMs = tickAt;
      send({ type: 'tick', atMs });
      continue;
    }
    atMs = Math.max(atMs, next.endsAt);
    running.delete(number);
    ended.push({ ...next.trial, at: atMs / 1000 });
    send({ type: 'trial-completed', number, atMs, score: next.trial.score, seconds: next.seconds });
  }
  return ended;
}

/** The gap between the best that any family can reach and the best whole model of the run. */
export function regretOf(landscape: Landscape, trials: readonly SimulatedTrial[]): number {
  const best = Math.max(...Object.values(landscape.reach));
  return best - Math.max(...trials.filter((trial) => trial.rungRows === undefined).map(({ score }) => score));
}

function toInfo(family: SearchFamily): FamilyInfo {
  return {
    ...family,
    label: family.id,
    description: '',
    tasks: ['binary'],
    combines: false,
    iterationLabel: 'round',
    load: () => Promise.reject(new Error('A made-up family cannot be fitted.')),
  };
}

function planOf(strategy: string, seed: number, budget: ExperimentPlan['budget'], rows: number): ExperimentPlan {
  const single = { kind: 'holdout' as const, folds: 1, repeats: 1 };
  const usual = plan(budget);
  return {
    ...usual,
    validation: rows > 20_000 ? single : usual.validation,
    rows: { total: rows, usable: rows, training: rows, holdout: 0 },
    families: madeUpFamilies.map(({ id }) => id),
    strategy,
    seed,
  };
}
