/** Rows grouped by stratum; a resample draws within each, so that no class (or fold) disappears. */
export interface Strata {
  rows: Int32Array[];
  total: number;
}

/** Groups rows by an integer key per row; without keys all rows are one stratum. */
export function strataOf(rows: number, keys?: ArrayLike<number>): Strata {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < rows; i++) {
    const key = keys === undefined ? 0 : (keys[i] as number);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  return {
    rows: [...groups.keys()].sort((a, b) => a - b).map((key) => Int32Array.from(groups.get(key) as number[])),
    total: rows,
  };
}

/** Draws with replacement within each stratum; `counts[row]` becomes how often the row was drawn. */
export function drawCounts(strata: Strata, random: () => number, counts: Float64Array): void {
  counts.fill(0);
  for (const rows of strata.rows) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[Math.floor(random() * rows.length)] as number;
      counts[row] = (counts[row] as number) + 1;
    }
  }
}

/** Draws whole blocks with replacement, as many as there are; `counts[row]` becomes how often the row was drawn. */
export function drawBlocks(blocks: Strata, random: () => number, counts: Float64Array): void {
  counts.fill(0);
  const { rows } = blocks;
  for (let i = 0; i < rows.length; i++) {
    for (const row of rows[Math.floor(random() * rows.length)] as Int32Array) counts[row] = (counts[row] as number) + 1;
  }
}

/** Whole blocks without replacement until they have `limit` rows or more, at least two of them; rows ascending. */
export function sampleBlocks(blocks: Strata, limit: number, random: () => number): Int32Array {
  const pool = [...blocks.rows];
  const out: number[] = [];
  for (let i = 0; i < pool.length && (out.length < limit || i < 2); i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    const chosen = pool[j] as Int32Array;
    pool[j] = pool[i] as Int32Array;
    for (const row of chosen) out.push(row);
  }
  return Int32Array.from(out).sort();
}

/** At most `limit` rows without replacement, each stratum in proportion (at least one), ascending. */
export function sampleWithin(strata: Strata, limit: number, random: () => number): Int32Array {
  const out: number[] = [];
  for (const rows of strata.rows) {
    const wanted = Math.min(rows.length, Math.max(1, Math.round((rows.length * limit) / strata.total)));
    const pool = rows.slice();
    for (let i = 0; i < wanted; i++) {
      const j = i + Math.floor(random() * (pool.length - i));
      const chosen = pool[j] as number;
      pool[j] = pool[i] as number;
      pool[i] = chosen;
      out.push(chosen);
    }
  }
  return Int32Array.from(out).sort();
}
