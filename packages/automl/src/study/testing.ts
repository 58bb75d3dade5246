import type { ExperimentPlan } from '@laurel/contracts';
import { expect } from 'vitest';
import type { DataFacts, FamilyInfo } from '../models/types.ts';
import type { TrialSpec } from '../types.ts';
import { createStudy, step } from './study.ts';
import type { StudyAction, StudyEvent, StudyState } from './types.ts';

export const facts: DataFacts = {
  task: 'binary',
  rows: 400,
  numericFeatures: 3,
  categoricalFeatures: 0,
  levels: 0,
  classes: 2,
};

function family(id: string, relativeCost: number, reference = false): FamilyInfo {
  return {
    id,
    label: id,
    description: '',
    tasks: ['binary'],
    needs: { runtime: 'none', encoding: 'codes' },
    reference,
    combines: false,
    iterationLabel: 'iteration',
    space: reference ? {} : { rate: { kind: 'float', label: 'Rate', min: 0.01, max: 1, log: true, default: 0.1 } },
    startingConfigs: () => (reference ? [{}] : [{ rate: 0.1 }, { rate: 0.2 }]),
    relativeCost,
    costByClass: false,
    load: () => Promise.reject(new Error('not used here')),
  };
}
export const families = [family('slow', 5), family('base', 0.1, true), family('quick', 1)];

export function plan(budget: ExperimentPlan['budget']): ExperimentPlan {
  return {
    schemaVersion: 1,
    task: 'binary',
    target: 't',
    labels: ['a', 'b'],
    positiveClass: 'b',
    metric: 'roc_auc',
    budget,
    holdoutFraction: 0,
    validation: { kind: 'kfold', folds: 5, repeats: 1 },
    rows: { total: 400, usable: 400, training: 400, holdout: 0 },
    features: [{ column: 'x', type: 'numeric' }],
    excluded: [],
    families: families.map(({ id }) => id),
    seed: 7,
    warnings: [],
    sentences: [],
  };
}

export function study(budget: ExperimentPlan['budget'], more: Partial<ExperimentPlan> = {}): StudyState {
  return createStudy({ ...plan(budget), ...more }, { facts, families });
}

/** An executor that runs trials in a given time, and keeps what happened. */
export class Executor {
  state: StudyState;
  atMs = 0;
  readonly order: string[] = [];
  readonly ends: Extract<StudyAction, { type: 'end' }>[] = [];
  readonly open: number[] = [];
  readonly specs = new Map<number, TrialSpec>();
  readonly completed: number[] = [];
  constructor(budget: ExperimentPlan['budget'], more: Partial<ExperimentPlan> = {}) {
    this.state = study(budget, more);
  }
  send(event: StudyEvent): void {
    const frozen = JSON.stringify(this.state);
    const before = this.state;
    const next = step(before, event, families);
    expect(JSON.stringify(before)).toBe(frozen);
    // Plain JSON: what the database gives back is the same study.
    this.state = JSON.parse(JSON.stringify(next.state));
    for (const action of next.actions) {
      if (action.type === 'end') this.ends.push(action);
      if (action.type === 'run-trial') {
        expect(this.open).not.toContain(action.trial.number);
        this.open.push(action.trial.number);
        this.specs.set(action.trial.number, action.trial);
        this.order.push(`${action.trial.number} ${action.trial.family} ${JSON.stringify(action.trial.config)}`);
      }
      if (action.type === 'stop-trials' || action.type === 'release-trials') {
        for (const number of action.numbers) this.close(number);
      }
    }
  }
  close(number: number): void {
    const at = this.open.indexOf(number);
    if (at >= 0) this.open.splice(at, 1);
  }
  complete(number: number, score: number, seconds = 1): void {
    this.close(number);
    this.completed.push(number);
    this.send({ type: 'trial-completed', number, atMs: this.atMs, score, seconds });
  }
  /** Everything that is open completes until the study ends. */
  drain(): void {
    for (let guard = 0; this.ends.length === 0 && guard < 3000; guard++) {
      const number = this.open[0];
      if (number === undefined) {
        this.atMs += 500;
        this.send({ type: 'tick', atMs: this.atMs });
      } else {
        this.send({ type: 'trial-started', number, atMs: this.atMs });
        this.atMs += 700;
        if (this.open.includes(number)) this.complete(number, scoreOf(number), 0.7);
      }
    }
  }
}

/** The same trial has the same score in every order of events. */
export function scoreOf(number: number): number {
  return 0.5 + ((number * 37) % 50) / 100;
}
