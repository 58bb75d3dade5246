// Which bins of a feature the rows of the node have, and how many rows have each.

import { nodeCount } from './forest-search';
import { forestBins } from './forest-state';

/** 32 bytes: bins that the node's rows have of the feature at hand */
export const presentBins: usize = memory.data(32, 16);
/** u32 per bin: rows, only counted where leaves need more than one */
export const binRows: usize = memory.data(1024, 16);

export function markPresent(bin: usize): void {
  const word = presentBins + ((bin >> 6) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (bin & 63)));
}

export function countBinRows(): void {
  memory.fill(binRows, 0, 1024);
  for (let i: usize = 0; i < <usize>nodeCount; i++) {
    const at = binRows + ((<usize>load<u8>(forestBins + i)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

export function presentCount(): i32 {
  let present: u64 = 0;
  for (let w: usize = 0; w < 32; w += 8) present += popcnt<u64>(load<u64>(presentBins + w));
  return <i32>present;
}

/** 256 bytes, zero between two features */
const seen: usize = memory.data(256, 16);

/** Marks the bins in forestBins as present, gives their number. */
export function listBins(): i32 {
  const count = <usize>nodeCount;
  if (count <= 32) {
    for (let i: usize = 0; i < count; i++) markPresent(<usize>load<u8>(forestBins + i));
  } else {
    for (let i: usize = 0; i < count; i++) store<u8>(seen + <usize>load<u8>(forestBins + i), 255);
    for (let i: usize = 0; i < 256; i += 16) {
      store<u16>(presentBins + (i >> 3), i8x16.bitmask(v128.load(seen + i)));
      v128.store(seen + i, i8x16.splat(0));
    }
  }
  return presentCount();
}
