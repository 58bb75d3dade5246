// Rows through trees. A tree is slots of 8 bytes: the root, then pairs of siblings (src/model/layout.ts writes them).
//   bits 0..15 feature | 16..23 low | 24..31 width | 32..63 address of the left child; the right one is 8 behind it
// A leaf has width 255 and is its own left child, so that a lane that arrived stays there while others go on. Where
// bit 32 is set the 32 bytes behind the pair of children are the set of bins that go left.
import { exp, sigmoid } from './math';

/** Markers for the two walkers that the compiler makes: with sets is slower. */
type Ranges = i32;
type Sets = f32;

const leafWidth: u32 = 0xff000000;

/** Address of the slot that a row goes to from a slot. `row`: its bins. */
function next<Kind>(slot: u64, row: usize): usize {
  const word = <u32>slot;
  const bin = <u32>load<u8>(row + <usize>(word & 0xffff));
  // Only the lowest 8 bits of bin - low stay; the bits of word below its width do not change the comparison.
  const beyond = <u32>((bin - (word >> 16)) << 24 > word);
  if (isInteger<Kind>()) return <usize>(slot >> 32) + ((<usize>beyond) << 3);
  const pair = <usize>(slot >> 32) & ~1;
  const absent = ((<u32>load<u8>(pair + <usize>(bin >> 3), 16) >> (bin & 7)) & 1) ^ 1;
  return pair + ((<usize>select<u32>(absent, beyond, <u32>(slot >> 32) & 1)) << 3);
}

/** Same for one row and any slot. */
export function predictNext(slot: usize, row: usize): usize {
  return next<Sets>(load<u64>(slot), row);
}

/** Walks eight lanes at once from the slots at `lanes` (u32) to leaves, which it writes back. Lane i's row: row + i step. */
function walk<Kind>(lanes: usize, row: usize, step: usize): void {
  const row1 = row + step;
  const row2 = row1 + step;
  const row3 = row2 + step;
  const row4 = row3 + step;
  const row5 = row4 + step;
  const row6 = row5 + step;
  const row7 = row6 + step;
  let a = <usize>load<u32>(lanes);
  let b = <usize>load<u32>(lanes, 4);
  let c = <usize>load<u32>(lanes, 8);
  let d = <usize>load<u32>(lanes, 12);
  let e = <usize>load<u32>(lanes, 16);
  let f = <usize>load<u32>(lanes, 20);
  let g = <usize>load<u32>(lanes, 24);
  let h = <usize>load<u32>(lanes, 28);
  let arrived: u32;
  do {
    const slotA = load<u64>(a);
    const slotB = load<u64>(b);
    const slotC = load<u64>(c);
    const slotD = load<u64>(d);
    arrived = <u32>slotA & <u32>slotB & <u32>slotC & <u32>slotD;
    a = next<Kind>(slotA, row);
    b = next<Kind>(slotB, row1);
    c = next<Kind>(slotC, row2);
    d = next<Kind>(slotD, row3);
    const slotE = load<u64>(e);
    const slotF = load<u64>(f);
    const slotG = load<u64>(g);
    const slotH = load<u64>(h);
    arrived &= <u32>slotE & <u32>slotF & <u32>slotG & <u32>slotH;
    e = next<Kind>(slotE, row4);
    f = next<Kind>(slotF, row5);
    g = next<Kind>(slotG, row6);
    h = next<Kind>(slotH, row7);
  } while (arrived < leafWidth);
  store<u32>(lanes, <u32>a);
  store<u32>(lanes, <u32>b, 4);
  store<u32>(lanes, <u32>c, 8);
  store<u32>(lanes, <u32>d, 12);
  store<u32>(lanes, <u32>e, 16);
  store<u32>(lanes, <u32>f, 20);
  store<u32>(lanes, <u32>g, 24);
  store<u32>(lanes, <u32>h, 28);
}

/** The trees to predict with. The host sets these once per loaded model. */
export let predictTrees: i32 = 0;
/** u32 per tree: address of its root, bit 0 set where the tree has sets. Eight leaves more follow the last tree. */
export let predictRoots: usize = 0;
export let predictSlots: usize = 0;
/** 4 bytes per slot: a leaf's value (f32), or the address of its values where leaves have one per output */
export let predictPayload: usize = 0;
export let predictOutputs: i32 = 1;
export let predictLeafWidth: i32 = 1;
/** eight u32 */
export let predictLanes: usize = 0;

/** Adds all trees to `out` (f64, rows x outputs). `bins`: rows x stride u8. `rows` is a multiple of eight. */
export function predictBlock(bins: usize, stride: i32, rows: i32, out: usize): void {
  const trees = predictTrees;
  const outputs = predictOutputs;
  let output = 0;
  for (let tree = 0; tree < trees; tree++) {
    const root = load<u32>(predictRoots + ((<usize>tree) << 2));
    for (let first = 0; first < rows; first += 8) {
      walkRows(root, bins + <usize>first * <usize>stride, stride);
      addLanes(out + ((<usize>(first * outputs + output)) << 3), 8, (<usize>outputs) << 3);
    }
    output = predictLeafWidth == 1 && output + 1 < outputs ? output + 1 : 0;
  }
}

/** Writes the leaf slots that `rows` rows (a multiple of eight) get to, u32 each, rows x trees. */
export function predictLeafSlots(bins: usize, stride: i32, rows: i32, out: usize): void {
  const trees = predictTrees;
  for (let tree = 0; tree < trees; tree++) {
    const root = load<u32>(predictRoots + ((<usize>tree) << 2));
    for (let first = 0; first < rows; first += 8) {
      walkRows(root, bins + <usize>first * <usize>stride, stride);
      for (let lane = 0; lane < 8; lane++) {
        const slot = load<u32>(predictLanes + ((<usize>lane) << 2)) - <u32>predictSlots;
        store<u32>(out + ((<usize>((first + lane) * trees + tree)) << 2), slot >> 3);
      }
    }
  }
}

/** Adds all trees to the `outputs` numbers of one row, eight trees walked at once, added in their order. */
export function predictOne(bins: usize, sets: bool, out: usize): void {
  const trees = predictTrees;
  const outputs = predictOutputs;
  const lanes = predictLanes;
  let output = 0;
  for (let first = 0; first < trees; first += 8) {
    const roots = predictRoots + ((<usize>first) << 2);
    v128.store(lanes, v128.andnot(v128.load(roots), i32x4.splat(1)));
    v128.store(lanes, v128.andnot(v128.load(roots, 16), i32x4.splat(1)), 16);
    if (sets) walk<Sets>(lanes, bins, 0);
    else walk<Ranges>(lanes, bins, 0);
    const count = min(8, trees - first);
    if (predictLeafWidth > 1) {
      addLanes(out, count, 0);
      continue;
    }
    for (let lane = 0; lane < count; lane++) {
      const at = out + ((<usize>output) << 3);
      store<f64>(at, load<f64>(at) + leafValue(lane));
      output = output + 1 < outputs ? output + 1 : 0;
    }
  }
}

function walkRows(root: u32, bins: usize, stride: i32): void {
  const lanes = predictLanes;
  const roots = i32x4.splat(root & ~1);
  v128.store(lanes, roots);
  v128.store(lanes, roots, 16);
  if (root & 1) walk<Sets>(lanes, bins, stride);
  else walk<Ranges>(lanes, bins, stride);
}

/** Adds the leaves of the first `count` lanes to `out`, `step` bytes further for each lane. */
function addLanes(out: usize, count: i32, step: usize): void {
  if (predictLeafWidth == 1) {
    for (let lane = 0; lane < count; lane++) {
      store<f64>(out, load<f64>(out) + leafValue(lane));
      out += step;
    }
    return;
  }
  const width = (<usize>predictLeafWidth) << 2;
  for (let lane = 0; lane < count; lane++) {
    const values = <usize>load<u32>(payloadOf(lane));
    for (let i: usize = 0; i < width; i += 4) {
      const at = out + (i << 1);
      store<f64>(at, load<f64>(at) + <f64>load<f32>(values + i));
    }
    out += step;
  }
}

function payloadOf(lane: i32): usize {
  const slot = <usize>load<u32>(predictLanes + ((<usize>lane) << 2));
  return predictPayload + ((slot - predictSlots) >> 1);
}

function leafValue(lane: i32): f64 {
  return <f64>load<f32>(payloadOf(lane));
}

/** Turns columns of bins (u8, `column` bytes from one to the next) into rows of `stride` bytes. */
export function predictTranspose(columns: usize, column: i32, count: i32, rows: i32, out: usize, stride: i32): void {
  for (let c = 0; c < count; c++) {
    let from = columns + <usize>c * <usize>column;
    let to = out + <usize>c;
    for (let row = 0; row < rows; row++) {
      store<u8>(to, load<u8>(from));
      from += 1;
      to += stride;
    }
  }
}

/** Fills `rows` rows of `outputs` f64 with the numbers at `base`. */
export function predictStart(out: usize, rows: i32, base: usize): void {
  const bytes = (<usize>predictOutputs) << 3;
  const end = out + <usize>rows * bytes;
  for (let at = out; at < end; at += bytes) {
    for (let i: usize = 0; i < bytes; i += 8) store<f64>(at + i, load<f64>(base + i));
  }
}

/** e^raw in place, at most the largest number. */
export function linkExp(raw: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const at = raw + ((<usize>i) << 3);
    store<f64>(at, min<f64>(exp(load<f64>(at)), f64.MAX_VALUE));
  }
}

/** Probabilities of class 0 and 1 (2 f64 a row) from raw log-odds (1 f64 a row). */
export function linkLogistic(raw: usize, rows: i32, out: usize): void {
  for (let row = 0; row < rows; row++) {
    const x = load<f64>(raw + ((<usize>row) << 3));
    const at = out + ((<usize>row) << 4);
    store<f64>(at, sigmoid(-x));
    store<f64>(at, sigmoid(x), 8);
  }
}

/** Softmax in place over the `outputs` f64 of every row. */
export function linkSoftmax(raw: usize, rows: i32, outputs: i32): void {
  const bytes = (<usize>outputs) << 3;
  for (let row = 0; row < rows; row++) {
    const at = raw + <usize>row * bytes;
    let largest = load<f64>(at);
    for (let i: usize = 8; i < bytes; i += 8) largest = max<f64>(largest, load<f64>(at + i));
    let sum: f64 = 0;
    for (let i: usize = 0; i < bytes; i += 8) {
      const e = exp(load<f64>(at + i) - largest);
      store<f64>(at + i, e);
      sum += e;
    }
    for (let i: usize = 0; i < bytes; i += 8) store<f64>(at + i, load<f64>(at + i) / sum);
  }
}
