import { loadSome, plus, storeSome, times } from './vector';

/** h = x x scale, for each of `copies` rows of scales: copies x rows x columns. */
export function scaleInputs(x: usize, scale: usize, rows: i32, columns: i32, copies: i32, h: usize): void {
  let to = h;
  for (let r = 0; r < copies; r++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j += 4) {
        const count = min(4, columns - j);
        const factor = loadSome(scale + (<usize>r * <usize>columns + <usize>j) * 4, count);
        const value = loadSome(x + (<usize>i * <usize>columns + <usize>j) * 4, count);
        storeSome(to + <usize>j * 4, count, times(value, factor));
      }
      to += <usize>columns * 4;
    }
  }
}

/** The way back: the sums over rows of dh x x, and dx where it is not 0, the sum over copies of dh x scale. */
export function scaleInputsBack(
  dh: usize,
  x: usize,
  scale: usize,
  rows: i32,
  columns: i32,
  copies: i32,
  dScale: usize,
  dx: usize,
): void {
  const width = <usize>columns * 4;
  memory.fill(dScale, 0, <usize>copies * width);
  if (dx != 0) memory.fill(dx, 0, <usize>rows * width);
  let from = dh;
  for (let r = 0; r < copies; r++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j += 4) {
        const count = min(4, columns - j);
        const column = <usize>j * 4;
        const d = loadSome(from + column, count);
        const own = <usize>r * width + column;
        const at = <usize>i * width + column;
        storeSome(dScale + own, count, plus(loadSome(dScale + own, count), times(d, loadSome(x + at, count))));
        if (dx == 0) continue;
        storeSome(dx + at, count, plus(loadSome(dx + at, count), times(d, loadSome(scale + own, count))));
      }
      from += width;
    }
  }
}
