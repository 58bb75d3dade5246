import { authorise, requireAction } from './core/authorise.ts';
import type { Context } from './core/context.ts';
import { Database } from './core/database.ts';
import { NotificationHub } from './core/listener.ts';
import { createPrisma } from './core/prisma.ts';
import { translate } from './core/sql.ts';
import { createDatasetFunctions } from './internal/datasets.ts';
import { createExperimentFunctions } from './internal/experiments.ts';
import { createFirstStartFunctions } from './internal/first-start.ts';
import { createOutboxFunctions } from './internal/outbox.ts';
import { createPreparationFunctions } from './internal/preparations.ts';
import { createReconcileFunctions } from './internal/reconcile.ts';
import { createRefitFunctions } from './internal/refits.ts';
import { createServingFunctions } from './internal/serving.ts';
import { createTrialFunctions } from './internal/trials.ts';
import { createApiKeyRepository } from './repositories/api-keys.ts';
import { createAuditRepository } from './repositories/audit.ts';
import { createDatasetRepository } from './repositories/datasets.ts';
import { createExperimentRepository } from './repositories/experiments.ts';
import { createIdempotencyRepository } from './repositories/idempotency.ts';
import { createJobRepository } from './repositories/jobs.ts';
import { createModelRepository } from './repositories/models.ts';
import { createProjectRepository } from './repositories/projects.ts';
import { createPromotionRepository } from './repositories/promotions.ts';
import { createSessionRepository } from './repositories/sessions.ts';
import { createSignInThrottle } from './repositories/sign-ins.ts';
import { createUserRepository } from './repositories/users.ts';
import type { Db, InternalRepository } from './types.ts';

export type { PrismaClient } from './core/prisma.ts';
export * from './types.ts';

/**
 * The database of Laurel behind its repositories. The schema must have been migrated (`migrate`). `poolSize`
 * connections at most (10), and one more once `internal.listen` is used. Connects on first use.
 */
export function createDb(options: { connectionString: string; poolSize?: number | undefined }): Db {
  const database = new Database(options.connectionString, options.poolSize ?? 10);
  const context: Context = { database, prisma: createPrisma(database) };
  const hub = new NotificationHub(options.connectionString);
  return {
    projects: createProjectRepository(context),
    datasets: createDatasetRepository(context),
    experiments: createExperimentRepository(context),
    models: createModelRepository(context),
    promotions: createPromotionRepository(context),
    audit: createAuditRepository(context),
    users: createUserRepository(context),
    apiKeys: createApiKeyRepository(context),
    sessions: createSessionRepository(context),
    idempotency: createIdempotencyRepository(context),
    jobs: createJobRepository(context),
    access: {
      check: (actor, action, entity) => authorise(database, actor, action, entity.kind, entity.id),
      require: requireAction,
    },
    signIns: createSignInThrottle(context),
    prisma: context.prisma,
    internal: createInternal(context, hub),
    async ping() {
      await database.query('SELECT 1');
    },
    async close() {
      await hub.close();
      await context.prisma.$disconnect();
      await database.pool.end();
    },
  };
}

function createInternal(context: Context, hub: NotificationHub): InternalRepository {
  return {
    ...createDatasetFunctions(context),
    ...createExperimentFunctions(context),
    ...createTrialFunctions(context),
    ...createPreparationFunctions(context),
    ...createReconcileFunctions(context),
    ...createOutboxFunctions(context),
    ...createServingFunctions(context),
    ...createRefitFunctions(context),
    ...createFirstStartFunctions(context),
    listen: (channel, onNotify) =>
      hub.listen(channel, onNotify).catch((error) => {
        throw translate(error);
      }),
  };
}
