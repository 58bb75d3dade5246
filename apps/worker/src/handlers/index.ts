import type { JobHandlers } from '@laurel/queue';
import type { Resources } from '../resources.ts';
import { prepareExperiment } from './prepare-experiment.ts';
import { profileDataset } from './profile-dataset.ts';
import { reconcile } from './reconcile.ts';
import { refitModel } from './refit-model.ts';
import { runTrial } from './run-trial.ts';
import { selectModels } from './select-models.ts';
import { stepStudy } from './step-study.ts';

/** One line per job of the catalog; a missing one does not compile. */
export function createHandlers(resources: Resources): JobHandlers {
  return {
    'profile-dataset': profileDataset(resources),
    'prepare-experiment': prepareExperiment(resources),
    'run-trial': runTrial(resources),
    'refit-model': refitModel(resources),
    'select-models': selectModels(resources),
    'step-study': stepStudy(resources),
    reconcile: reconcile(resources),
  };
}
