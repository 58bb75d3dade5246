const lowestRungRows = 10_000;
const growth = 4;

/**
 * Rows of the rungs from the lowest, 10,000, by a factor of four; undefined, the last, stands for all rows. A rung of
 * more than half of the rows would cost nearly as much as all of them.
 */
export function rungs(rows: number): (number | undefined)[] {
  const ladder: (number | undefined)[] = [];
  for (let rung = lowestRungRows; 2 * rung <= rows; rung *= growth) ladder.push(rung);
  return [...ladder, undefined];
}
