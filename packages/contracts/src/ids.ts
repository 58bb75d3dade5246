/** Prefixes of the public identifiers. An id says what it names: `exp_...` is an experiment. */
export const idPrefixes = {
  project: 'prj',
  dataset: 'ds',
  experiment: 'exp',
  trial: 'trl',
  model: 'mdl',
  promotionRequest: 'prq',
  deployment: 'dep',
  apiKey: 'key',
  user: 'usr',
  job: 'job',
  attempt: 'att',
  request: 'req',
  outbox: 'obx',
} as const;

export type IdKind = keyof typeof idPrefixes;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new id: prefix, 9 characters of milliseconds (so ids sort by creation), 13 random characters (65 bits).
 * Identity is not determinism: nothing that an engine computes may depend on an id.
 */
export function newId(kind: IdKind): string {
  let time = Date.now();
  let stamp = '';
  for (let i = 0; i < 9; i++) {
    stamp = alphabet[time % 32] + stamp;
    time = Math.floor(time / 32);
  }
  const random = globalThis.crypto.getRandomValues(new Uint8Array(13));
  let tail = '';
  for (const byte of random) tail += alphabet[byte & 31];
  return `${idPrefixes[kind]}_${stamp}${tail}`;
}

/** True when `value` has the form of an id of this kind; says nothing about whether it exists. */
export function isId(kind: IdKind, value: string): boolean {
  return value.startsWith(`${idPrefixes[kind]}_`) && /^[a-z]+_[0-9a-hjkmnp-tv-z]{22}$/.test(value);
}
