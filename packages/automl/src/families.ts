import { AppError } from '@laurel/contracts';
import { families } from './models/registry.ts';
import type { FamilyInfo } from './models/types.ts';

/** How the engine finds a family by id. */
export type FamilyLookup = (id: string) => FamilyInfo;

export { families };

/** The registered family, or FAMILY_UNKNOWN with the ids there are. */
export function familyOf(id: string): FamilyInfo {
  const family = families.find((candidate) => candidate.id === id);
  if (family) return family;
  const known = families.map((candidate) => candidate.id).join(', ');
  throw new AppError('FAMILY_UNKNOWN', `There is no model family ${JSON.stringify(id)}. There are: ${known}.`);
}
