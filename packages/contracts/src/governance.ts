import { z } from 'zod';
import { modelContract } from './model.ts';

export const projectRoles = ['viewer', 'editor', 'approver'] as const;
export const projectRole = z.enum(projectRoles);
export type ProjectRole = z.infer<typeof projectRole>;

export const promotionStatus = z.enum(['pending', 'approved', 'rejected', 'withdrawn', 'stale', 'expired']);
export type PromotionStatus = z.infer<typeof promotionStatus>;

export const promotionCheck = z.object({
  id: z.string(),
  label: z.string(),
  outcome: z.enum(['passed', 'failed', 'not_applicable']),
  message: z.string(),
});
export type PromotionCheck = z.infer<typeof promotionCheck>;

export const promotionRequestBody = z.strictObject({
  reason: z.string().min(1).max(5000),
  newContract: z.boolean().optional(),
});
export const approvalBody = z.strictObject({
  comment: z.string().min(1).max(5000),
  checklist: z.record(z.string(), z.boolean()).optional(),
});

export const promotionView = z.object({
  id: z.string(),
  projectId: z.string(),
  modelId: z.string(),
  modelName: z.string(),
  status: promotionStatus,
  reason: z.string(),
  requestedBy: z.object({ id: z.string(), name: z.string() }),
  createdAt: z.string(),
  expiresAt: z.string(),
  baseChampionId: z.string().nullable(),
  baseChampionName: z.string().nullable(),
  artifactSha256: z.string(),
  newContract: z.boolean(),
  metric: z.object({ id: z.string(), label: z.string(), higherIsBetter: z.boolean() }),
  /** scores of candidate and base, frozen when the request was made */
  snapshot: z.object({
    candidate: z.record(z.string(), z.number().nullable()),
    champion: z.record(z.string(), z.number().nullable()).nullable(),
    split: z.enum(['oof', 'holdout']),
  }),
  checks: z.array(promotionCheck),
  decidedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  decidedAt: z.string().nullable(),
  comment: z.string().nullable(),
  checklist: z.record(z.string(), z.boolean()),
});
export type PromotionView = z.infer<typeof promotionView>;

export const championEntry = z.object({
  sequence: z.number().int(),
  modelId: z.string(),
  modelName: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  approvedBy: z.object({ id: z.string(), name: z.string() }),
  requestId: z.string().nullable(),
  reason: z.string(),
  kind: z.enum(['promotion', 'rollback']),
});
export type ChampionEntry = z.infer<typeof championEntry>;
export const championView = championEntry.extend({
  contract: modelContract,
  artifactSha256: z.string(),
});
export type ChampionView = z.infer<typeof championView>;

export const auditRow = z.object({
  sequence: z.number().int(),
  at: z.string(),
  actor: z.object({ id: z.string(), name: z.string(), kind: z.enum(['user', 'api_key', 'system']) }),
  action: z.string(),
  entity: z.object({ kind: z.string(), id: z.string() }),
  projectId: z.string().nullable(),
  requestId: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
  hash: z.string(),
});
export type AuditRow = z.infer<typeof auditRow>;
export const auditVerification = z.object({
  valid: z.boolean(),
  length: z.number().int(),
  head: z.string(),
  firstBrokenSequence: z.number().int().nullable(),
});
export type AuditVerification = z.infer<typeof auditVerification>;
