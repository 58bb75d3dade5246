const lowestRungRows = 10_000;
const growth = 4;

/** Rows of the rungs from the lowest, 10,000, by a factor of four; undefined, the last, stands for all rows. */
export function rungs(rows: number): (number | undefined)[] {
  const ladder: (number | undefined)[] = [];
  for (let rung = lowestRungRows; rung < rows; rung *= growth) ladder.push(rung);
  return [...ladder, undefined];
}
