import type { ModelContract, ProjectRole } from '@laurel/contracts';

/** Answers of the API that have no schema in contracts. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Project {
  id: string;
  name: string;
  description: string;
  role: ProjectRole | 'admin';
  contract: ModelContract | null;
  championModelId: string | null;
  createdAt: string;
  counts: { datasets: number; experiments: number; models: number };
}

export interface Member {
  userId: string;
  name: string;
  email: string;
  role: ProjectRole;
}

export interface User {
  id: string;
  name: string;
  email: string;
  role: 'admin' | 'member';
  /** the role in projects that the person is added to */
  defaultRole?: ProjectRole;
  createdAt: string;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  userId: string;
  scopes: string[] | null;
  mayApprove: boolean;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

/** The person that is signed in, handed down from the server layout. */
export interface Me {
  userId: string;
  name: string;
  admin: boolean;
}

export function mayEdit(project: { role: Project['role'] } | undefined): boolean {
  return project !== undefined && project.role !== 'viewer';
}

export function mayManage(project: { role: Project['role'] } | undefined): boolean {
  return project?.role === 'approver' || project?.role === 'admin';
}
