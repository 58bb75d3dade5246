/** Every page's address, in one place. */
export const routes = {
  home: '/',
  signIn: '/sign-in',
  projects: '/projects',
  project: (id: string) => `/projects/${id}`,
  data: (projectId: string) => `/projects/${projectId}/data`,
  experiments: (projectId: string) => `/projects/${projectId}/experiments`,
  models: (projectId: string) => `/projects/${projectId}/models`,
  champion: (projectId: string) => `/projects/${projectId}/champion`,
  members: (projectId: string) => `/projects/${projectId}/members`,
  dataset: (id: string) => `/datasets/${id}`,
  newExperiment: (datasetId: string, target?: string) =>
    `/datasets/${datasetId}/new-experiment${target === undefined ? '' : `?target=${encodeURIComponent(target)}`}`,
  /** a new experiment with the request of this one; with the settings of a trial fixed, or without a feature */
  experimentLike: (experiment: { id: string; datasetId: string }, change: { trial?: number; drop?: string } = {}) => {
    const query = new URLSearchParams({ like: experiment.id });
    if (change.trial !== undefined) query.set('trial', String(change.trial));
    if (change.drop !== undefined) query.set('drop', change.drop);
    return `/datasets/${experiment.datasetId}/new-experiment?${query}`;
  },
  experiment: (id: string) => `/experiments/${id}`,
  leaderboard: (id: string) => `/experiments/${id}/leaderboard`,
  trials: (id: string) => `/experiments/${id}/trials`,
  search: (id: string) => `/experiments/${id}/search`,
  trial: (id: string, number: number) => `/experiments/${id}/trials/${number}`,
  plan: (id: string) => `/experiments/${id}/plan`,
  model: (id: string) => `/models/${id}`,
  promote: (modelId: string) => `/models/${modelId}/promote`,
  compare: (ids: readonly string[]) => `/compare?ids=${ids.map(encodeURIComponent).join(',')}`,
  approvals: '/approvals',
  promotion: (id: string) => `/promotion-requests/${id}`,
  audit: '/audit',
  people: '/settings/people',
  account: '/settings/account',
  apiKeys: '/settings/api-keys',
  apiDocs: '/api/v1/docs',
} as const;
