import type { Actor } from '@laurel/access';

/** What happened, as a transaction records it. */
export interface AuditEntry {
  actor: Actor;
  action: string;
  entity: { kind: string; id: string };
  projectId?: string | null | undefined;
  before?: unknown;
  after?: unknown;
}
