/** The place of a family among colours and marks: every eighth is kept for the best so far. */
export function familyColor(index: number): number {
  return index + Math.floor(index / 7);
}
