import { describe, expect, it } from 'vitest';
import { generatePassword, hashPassword, verifyPassword } from './passwords.ts';

describe('passwords', () => {
  it('are hashed with a fresh salt and verified', async () => {
    const [a, b] = await Promise.all([hashPassword('pässword 1'), hashPassword('pässword 1')]);
    expect(a).not.toBe(b);
    expect(a).toMatch(/^scrypt\$32768\$8\$1\$/);
    expect(await verifyPassword(a, 'pässword 1')).toBe(true);
    // the same letters, composed in another way by another keyboard
    expect(await verifyPassword(a, 'pa\u0308ssword 1')).toBe(true);
    expect(await verifyPassword(a, 'password 1')).toBe(false);
    expect(await verifyPassword('nonsense', 'password 1')).toBe(false);
  });

  it('must have 8 to 256 characters', async () => {
    await expect(hashPassword('1234567')).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    await expect(hashPassword('x'.repeat(257))).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('can be made', () => {
    const made = Array.from({ length: 50 }, generatePassword);
    expect(new Set(made).size).toBe(50);
    for (const password of made) expect(password).toMatch(/^[2-9a-km-np-zA]{20}$/);
  });
});
