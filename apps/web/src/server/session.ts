import type { Actor } from '@laurel/access';
import { newId } from '@laurel/contracts';
import { headers } from 'next/headers';
import { cache } from 'react';
import { actorOf, credentialsOf } from './http/authenticate.ts';
import { hostAllowed } from './http/host.ts';
import { platform } from './platform.ts';

/**
 * Who is signed in, for server components and layouts; null when nobody is. Asked once per request. It says who, not
 * what is allowed: that is decided by each repository with this actor.
 */
export const currentActor = cache(async (): Promise<Actor | null> => {
  const incoming = await headers();
  const { env } = platform();
  if (!hostAllowed(incoming.get('host'), env)) return null;
  const credentials = credentialsOf(incoming, env.publicOrigin);
  if (credentials?.kind !== 'cookie') return null;
  return actorOf(platform(), credentials, newId('request'));
});
