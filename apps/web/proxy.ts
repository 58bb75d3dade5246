import { randomBytes } from 'node:crypto';
import { type NextRequest, NextResponse } from 'next/server';
import { development, pagePolicy } from '@/env.ts';
import { pageSecurityHeaders } from '@/server/http/headers.ts';
import { hostAllowed } from '@/server/http/host.ts';

/**
 * Pages get a nonce and their policy here, and nothing else: who may see what is decided where the data is read. The
 * API is not matched, because Next hands on only the first 10 MB of a body that passes through here.
 */
export function proxy(request: NextRequest): NextResponse {
  const policy = pagePolicy();
  if (!hostAllowed(request.headers.get('host'), policy)) {
    return new NextResponse(
      'This server does not answer under this name. Use the address that was printed at the start.\n',
      {
        status: 421,
        headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
      },
    );
  }
  const nonce = randomBytes(16).toString('base64');
  const secure = policy.publicOrigin.startsWith('https:');
  const { contentSecurityPolicy, headers } = pageSecurityHeaders({ nonce, secure, development: development() });
  const forwarded = new Headers(request.headers);
  forwarded.set('x-nonce', nonce);
  forwarded.set('x-path', request.nextUrl.pathname + request.nextUrl.search); // where to return after the sign-in
  forwarded.set('content-security-policy', contentSecurityPolicy); // from here Next takes the nonce for its own scripts
  const response = NextResponse.next({ request: { headers: forwarded } });
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

export const config = { matcher: ['/((?!api/|_next/static/|_next/image).*)'] };
