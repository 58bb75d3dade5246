import type { RouteEntry } from '../http/define-route.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { auditRoutes } from './audit.ts';
import { batchRoutes } from './batch-predictions.ts';
import { championRoutes } from './champion.ts';
import { datasetRoutes } from './datasets.ts';
import { docsRoutes } from './docs.ts';
import { experimentRoutes } from './experiments.ts';
import { healthRoutes } from './health.ts';
import { leaderboardRoutes } from './leaderboard.ts';
import { modelRoutes } from './models.ts';
import { predictRoutes } from './predict.ts';
import { projectRoutes } from './projects.ts';
import { promotionRoutes } from './promotion-requests.ts';
import { refitRoutes } from './refit.ts';
import { sampleRoutes } from './samples.ts';
import { sessionRoutes } from './sessions.ts';
import { uploadRoutes } from './upload.ts';
import { userRoutes } from './users.ts';
import { workerRoutes } from './workers.ts';

/** Every route of the API. What is not in this list does not exist; tests and the OpenAPI document are made from it. */
export const routes: readonly RouteEntry[] = [
  ...healthRoutes,
  ...docsRoutes(() => routes),
  ...sessionRoutes,
  ...projectRoutes,
  ...uploadRoutes,
  ...datasetRoutes,
  ...experimentRoutes,
  ...leaderboardRoutes,
  ...modelRoutes,
  ...predictRoutes,
  ...batchRoutes,
  ...refitRoutes,
  ...promotionRoutes,
  ...championRoutes,
  ...auditRoutes,
  ...userRoutes,
  ...apiKeyRoutes,
  ...workerRoutes,
  ...sampleRoutes,
];
