import { describe, expect, it } from 'vitest';
import { hostAllowed, originAllowed } from './host.ts';

const policy = { publicOrigin: 'https://laurel.example.org', allowedHosts: ['10.0.0.5:3000'] };

describe('hostAllowed', () => {
  it.each(['laurel.example.org', 'LAUREL.example.org', 'localhost:3000', '127.0.0.1', '[::1]:8080', '10.0.0.5:3000'])(
    'answers as %s',
    (host) => {
      expect(hostAllowed(host, policy)).toBe(true);
    },
  );
  it.each([
    null,
    'evil.test',
    'localhost.evil.test',
    'evil.test:3000',
    '127.0.0.1.evil.test',
    'localhost:3000@evil.test',
    '10.0.0.5',
    'laurel.example.org:8443',
  ])('refuses %s', (host) => {
    expect(hostAllowed(host, policy)).toBe(false);
  });
});

describe('originAllowed', () => {
  it('takes the public origin, and the very host that was asked', () => {
    expect(originAllowed('https://laurel.example.org', 'laurel.example.org', policy)).toBe(true);
    expect(originAllowed('http://localhost:3000', 'localhost:3000', policy)).toBe(true);
  });
  it.each([null, 'null', 'https://evil.test', 'http://localhost:3001', 'https://laurel.example.org.evil.test'])(
    'refuses the origin %s',
    (origin) => {
      expect(originAllowed(origin, 'localhost:3000', policy)).toBe(false);
    },
  );
  it('refuses a foreign origin that names the foreign host asked', () => {
    expect(originAllowed('http://evil.test', 'evil.test', policy)).toBe(false);
  });
});
