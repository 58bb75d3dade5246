import { randomBytes } from 'node:crypto';
import { type Api, apiOf } from './api.ts';
import type { World } from './world.ts';

/** Makes a model the champion of its project, the only way there is: one person asks and another one approves. */
export async function promote(world: World, projectId: string, modelId: string): Promise<void> {
  const editor = await person(world, 'editor', projectId);
  const approver = await person(world, 'approver', projectId);
  const request = await editor.post<{ id: string }>(`/models/${modelId}/promotion-requests`, {
    reason: 'To measure how fast it answers',
  });
  await approver.post(`/promotion-requests/${request.id}/approve`, { comment: 'For the measurement', checklist: {} });
}

async function person(world: World, role: string, projectId: string): Promise<Api> {
  const admin = await world.api();
  const { ports } = await world.platform();
  const email = `${role}-${randomBytes(4).toString('hex')}@example.org`;
  const password = randomBytes(12).toString('hex');
  await admin.post('/users', { email, name: role, role, password, projectId });
  const { token } = await apiOf(ports.web, 'none').post<{ token: string }>('/sessions', { email, password });
  return apiOf(ports.web, token);
}
