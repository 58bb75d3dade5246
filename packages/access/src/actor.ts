/** Who is asking: made by the web app from a session or an API key, never from anything in a request's body. */
export interface Actor {
  kind: 'user' | 'api_key' | 'system';
  /** user id; `system` for workers and the launcher */
  userId: string;
  name: string;
  apiKeyId: string | null;
  installationRole: 'admin' | 'member';
  /** null: everything its user may; else the actions that the key is limited to, e.g. ['predict'] */
  scopes: readonly string[] | null;
  /** a session, or a key that its owner made in a session */
  mayApprove: boolean;
  requestId: string | null;
}

export const systemActor: Actor = {
  kind: 'system',
  userId: 'system',
  name: 'Laurel',
  apiKeyId: null,
  installationRole: 'admin',
  scopes: null,
  mayApprove: false,
  requestId: null,
};
