import { createStudy, type DataFacts, families, type StudyEvent, type StudyState, step } from '@laurel/automl';
import type { ExperimentPlan } from '@laurel/contracts';
import type { StudyPort } from '@laurel/db';

/** A silence of the executor longer than this does not count against a budget of seconds. */
const idleGapMs = 15_000;

/** The engine's scheduler as the database calls it, inside the transaction that records what happened. */
export const studyPort: StudyPort = {
  create: () => {
    throw new Error('a study is created by the preparation, which knows the data');
  },
  step: (state, event) => step(state as StudyState, event as StudyEvent, families),
};

/** The same for the moment when an experiment begins. */
export function studyPortFor(facts: DataFacts): StudyPort {
  return {
    ...studyPort,
    create: (plan: ExperimentPlan) => createStudy(plan, { facts, families, idleGapMs, selects: true }),
  };
}
