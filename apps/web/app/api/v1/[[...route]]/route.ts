import { createApi } from '@/server/api/create-api.ts';
import { platform } from '@/server/platform.ts';

export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

const api = createApi(platform);
const answer = (request: Request): Promise<Response> => api.fetch(request);

export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
};
