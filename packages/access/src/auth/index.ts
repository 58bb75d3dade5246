import { createHash, randomBytes } from 'node:crypto';
import { AppError, newId } from '@laurel/contracts';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { bearer } from 'better-auth/plugins';
import type { Actor } from '../actor.ts';
import { hashAnyPassword, verifyPassword } from '../passwords.ts';

/** Counts tries; db's `signIns` is one. */
export interface Throttle {
  attempt(keys: readonly { key: string; limit: number; windowSeconds: number }[]): Promise<{
    allowed: boolean;
    retryAfterSeconds: number;
  }>;
  clear(keys: readonly string[]): Promise<void>;
  refund(keys: readonly string[]): Promise<void>;
}

export interface AuthOptions {
  /** db's Prisma client */
  prisma: object;
  /** db's `signIns` */
  throttle: Throttle;
  /** at least 32 characters, generated at the first start */
  secret: string;
  /** public origin, such as https://laurel.example.org; cookies are secure when it is https */
  baseUrl: string;
}

export interface SignedIn {
  /** bearer token of the session, and what the cookie holds */
  token: string;
  expiresAt: string;
  user: { id: string; name: string; email: string; role: Actor['installationRole'] };
}

export interface Auth {
  /**
   * UNAUTHENTICATED with one message for a wrong address and a wrong password; RATE_LIMITED, with
   * `details.retryAfterSeconds`, after too many failures. `ip` is the address of the connection as the caller knows it
   * for certain, never a header that the client can set; null when it is not known.
   */
  signIn(input: { email: string; password: string; ip: string | null; userAgent: string | null }): Promise<SignedIn>;
  /** ends the session of this token; nothing happens for an unknown one */
  signOut(token: string): Promise<void>;
  /** the person of `Authorization: Bearer <session token>` or of better-auth's own cookie; null when nobody is signed in */
  resolveSession(headers: Headers): Promise<Actor | null>;
}

const weekSeconds = 7 * 24 * 3600;
const windowSeconds = 15 * 60;
const failuresPerAccount = 10;
const failuresPerAddress = 50;

/**
 * People, passwords and sessions by better-auth. Nobody signs up by themselves: db's `users.create` makes people. Its
 * HTTP handler is not mounted; these functions are all there is. Tries are counted per account and per address.
 */
export function createAuth(options: AuthOptions): Auth {
  if (options.secret.length < 32) throw new Error('The secret of the sessions needs at least 32 characters.');
  const auth = createBetterAuth(options);
  return {
    async signIn(input) {
      const email = input.email.trim().toLowerCase();
      const account = `account ${createHash('sha256').update(email).digest('hex')}`;
      const address = input.ip === null ? [] : [`address ${input.ip}`];
      await countTry(options.throttle, account, address);
      const context = await auth.$context;
      const found = await context.internalAdapter.findUserByEmail(email, { includeAccounts: true });
      const hash = found?.accounts.find((item) => item.providerId === 'credential')?.password ?? null;
      const right = await matches(hash, input.password);
      if (!found || !right) {
        throw new AppError(
          'UNAUTHENTICATED',
          'The address or the password is not right. Try again, or ask an administrator for a new password.',
        );
      }
      await options.throttle.clear([account]);
      await options.throttle.refund(address);
      const session = await context.internalAdapter.createSession(found.user.id, false, {
        ipAddress: input.ip ?? '',
        userAgent: (input.userAgent ?? '').slice(0, 500),
      });
      const { id, name } = found.user;
      return {
        token: session.token,
        expiresAt: session.expiresAt.toISOString(),
        user: { id, name, email, role: roleOf(found.user) },
      };
    },
    async signOut(token) {
      const context = await auth.$context;
      await context.internalAdapter.deleteSession(token.split('.')[0] ?? '');
    },
    async resolveSession(headers) {
      const found = await auth.api.getSession({ headers });
      if (!found) return null;
      return {
        kind: 'user',
        userId: found.user.id,
        name: found.user.name,
        apiKeyId: null,
        installationRole: roleOf(found.user),
        scopes: null,
        mayApprove: true,
        requestId: null,
      };
    },
  };
}

function createBetterAuth({ prisma, secret, baseUrl }: AuthOptions) {
  return betterAuth({
    appName: 'Laurel',
    baseURL: baseUrl,
    secret,
    database: prismaAdapter(prisma, { provider: 'postgresql' }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 8,
      maxPasswordLength: 256,
      password: { hash: hashAnyPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
    },
    user: { additionalFields: { role: { type: 'string', input: false, defaultValue: 'member' } } },
    session: { expiresIn: weekSeconds, updateAge: 24 * 3600 },
    advanced: {
      useSecureCookies: baseUrl.startsWith('https:'),
      // A client can set forwarding headers, so none is read.
      ipAddress: { ipAddressHeaders: [], disableIpTracking: true },
      database: {
        generateId: ({ model }) => (model === 'user' ? newId('user') : randomBytes(16).toString('hex')),
      },
    },
    // Tries are counted in `signIn`, by account and by the real address.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: [bearer()],
  });
}

/** An unknown account takes as long as a wrong password. */
async function matches(hash: string | null, password: string): Promise<boolean> {
  if (hash !== null) return verifyPassword(hash, password);
  await hashAnyPassword(password);
  return false;
}

async function countTry(throttle: Throttle, account: string, address: string[]): Promise<void> {
  const { allowed, retryAfterSeconds } = await throttle.attempt([
    { key: account, limit: failuresPerAccount, windowSeconds },
    ...address.map((key) => ({ key, limit: failuresPerAddress, windowSeconds })),
  ]);
  if (allowed) return;
  const minutes = Math.max(1, Math.ceil(retryAfterSeconds / 60));
  throw new AppError('RATE_LIMITED', `Too many tries to sign in. Wait ${minutes} min, then try again.`, {
    details: { retryAfterSeconds },
  });
}

function roleOf(user: object): Actor['installationRole'] {
  return (user as { role?: unknown }).role === 'admin' ? 'admin' : 'member';
}
