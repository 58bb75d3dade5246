import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '@laurel/contracts';

/** 32 MiB and some 60 ms of one core (as much as better-auth's own): a flood of sign-ins must not stop the rest. */
const cost = { N: 32_768, r: 8, p: 1 };

/** `scrypt$N$r$p$salt$key`, salt and key in base64url. Throws PARAMETER_INVALID for a password that is too short. */
export async function hashPassword(password: string): Promise<string> {
  checkPassword(password);
  return hashAnyPassword(password);
}

/** The same without the check of its length: an unknown account must cost a sign-in as much time as a known one. */
export async function hashAnyPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Constant time in the key; false for a hash that it cannot read. */
export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const [kind, n, r, p, salt, key] = hash.split('$');
  if (kind !== 'scrypt' || !n || !r || !p || !salt || !key) return false;
  const expected = Buffer.from(key, 'base64url');
  const options = { N: Number(n), r: Number(r), p: Number(p) };
  const actual = await derive(password, Buffer.from(salt, 'base64url'), options);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Eight to 256 characters, anything allowed (ASVS 5.0, 6.2): length is what counts. */
export function checkPassword(password: string): void {
  if (password.length < 8 || password.length > 256) {
    throw new AppError('PARAMETER_INVALID', 'The password must have 8 to 256 characters. Choose another one.', {
      details: { field: 'password' },
    });
  }
}

/** A password that a person can copy: 20 characters, 100 bits. */
export function generatePassword(): string {
  const alphabet = '23456789abcdefghjkmnpqrstuvwxyzA'; // 32 letters that are hard to confuse
  return Array.from(randomBytes(20), (byte) => alphabet[byte & 31]).join('');
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  const maxmem = 256 * Number(options.N) * Number(options.r);
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, { ...options, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
