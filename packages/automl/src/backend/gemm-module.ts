/**
 * The bytes of a WebAssembly module with one function, `gemm`: C = A x B in single precision with SIMD. It is put
 * together here because one small kernel is not worth a compiler in the build. Every output is a sum in the order of the
 * inner index, mul then add, so neither blocks nor the number of rows change a bit of it.
 *
 * gemm(a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, pack): byte addresses and byte strides; C is m x n without gaps;
 * k is at least 1; `pack` is scratch of packBytes(k).
 */
export function gemmModule(): Uint8Array<ArrayBuffer> {
  const type = [0x60, ...vector(parameters.map(() => [i32])), 0];
  const declarations = [...unsigned(locals.length), ...locals.flatMap((name) => [1, vectors.has(name) ? v128 : i32])];
  const body = [...declarations, ...gemm(), 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([type])),
    ...section(2, vector([[...text('env'), ...text('memory'), 2, 0, 1]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text('gemm'), 0, 0]])),
    ...section(10, vector([[...unsigned(body.length), ...body]])),
  ]);
}

/** Scratch for one panel of eight columns and one tile. */
export function packBytes(k: number): number {
  return 32 * k + 128;
}

const i32 = 0x7f;
const v128 = 0x7b;
const parameters = ['a', 'aRow', 'aColumn', 'b', 'bRow', 'bColumn', 'c', 'm', 'n', 'k', 'pack'] as const;
const pointers = ['j', 'w', 'i', 'p', 'from', 'to', 'a0', 'a1', 'a2', 'a3'] as const;
const sums = ['s00', 's01', 's10', 's11', 's20', 's21', 's30', 's31'] as const;
const locals = [...pointers, ...sums, 'left', 'right', 'factor'] as const;
const vectors = new Set<string>([...sums, 'left', 'right', 'factor']);
type Local = (typeof parameters)[number] | (typeof locals)[number];
type Code = number[];

/** For each panel of eight columns: pack it, then four rows at a time, then the rows that are left. */
function gemm(): Code {
  return [
    ...set('j', constant(0)),
    ...whileLess('j', 'n', [
      ...set('w', smaller(sub(get('n'), get('j')), constant(8))),
      ...packPanel(),
      ...set('i', constant(0)),
      ...whileLess('i', 'm', [...choose(lessOrEqual(add(get('i'), constant(4)), get('m')), tile(4), tile(1))]),
      ...set('j', add(get('j'), constant(8))),
    ]),
  ];
}

function packPanel(): Code {
  const start = [
    ...set('to', get('pack')),
    ...set('from', add(get('b'), multiply(get('j'), get('bColumn')))),
    ...set('p', get('k')),
  ];
  const next = [...set('from', add(get('from'), get('bRow'))), ...set('to', add(get('to'), constant(32)))];
  const whole = [
    ...get('to'),
    ...loadVector('from', 0),
    ...storeVector(0),
    ...get('to'),
    ...loadVector('from', 16),
    ...storeVector(16),
  ];
  const single: Code = [];
  for (let q = 0; q < 8; q++) {
    const value = [...add(get('from'), multiply(get('bColumn'), constant(q))), 0x2a, 2, 0];
    const store = (number: Code) => [...get('to'), ...number, 0x38, 2, ...unsigned(4 * q)];
    single.push(...choose(less(constant(q), get('w')), store(value), store([0x43, 0, 0, 0, 0])));
  }
  const together = both(equal(get('w'), constant(8)), equal(get('bColumn'), constant(4)));
  return [...start, ...choose(together, countDown('p', [...whole, ...next]), countDown('p', [...single, ...next]))];
}

/** Sums of `rows` rows by eight columns in registers. */
function tile(rows: 1 | 4): Code {
  const row = (r: number) => `a${r}` as Local;
  const sum = (r: number, half: number) => `s${r}${half}` as Local;
  const code: Code = [...set('a0', add(get('a'), multiply(get('i'), get('aRow'))))];
  for (let r = 1; r < rows; r++) code.push(...set(row(r), add(get(row(r - 1)), get('aRow'))));
  for (let r = 0; r < rows; r++) {
    for (const half of [0, 1]) code.push(...set(sum(r, half), [0xfd, 0x0c, ...new Array<number>(16).fill(0)]));
  }
  const inner: Code = [...set('left', loadVector('from', 0)), ...set('right', loadVector('from', 16))];
  for (let r = 0; r < rows; r++) {
    inner.push(...set('factor', [...get(row(r)), 0xfd, 0x09, 2, 0]));
    inner.push(...set(sum(r, 0), addVectors(get(sum(r, 0)), multiplyVectors(get('factor'), get('left')))));
    inner.push(...set(sum(r, 1), addVectors(get(sum(r, 1)), multiplyVectors(get('factor'), get('right')))));
    inner.push(...set(row(r), add(get(row(r)), get('aColumn'))));
  }
  inner.push(...set('from', add(get('from'), constant(32))));
  code.push(...set('from', get('pack')), ...set('p', get('k')), ...countDown('p', inner));
  code.push(...set('to', add(get('c'), multiply(add(multiply(get('i'), get('n')), get('j')), constant(4)))));
  for (let r = 0; r < rows; r++) {
    code.push(...choose(equal(get('w'), constant(8)), storeRow(sum(r, 0), sum(r, 1)), storePart(sum(r, 0), sum(r, 1))));
    code.push(...set('to', add(get('to'), multiply(get('n'), constant(4)))));
  }
  code.push(...set('i', add(get('i'), constant(rows))));
  return code;
}

function storeRow(left: Local, right: Local): Code {
  return [...get('to'), ...get(left), ...storeVector(0), ...get('to'), ...get(right), ...storeVector(16)];
}

/** Fewer than eight columns: by way of scratch (`from` stands right behind the panel), one number at a time. */
function storePart(left: Local, right: Local): Code {
  const code = [...get('from'), ...get(left), ...storeVector(0), ...get('from'), ...get(right), ...storeVector(16)];
  for (let q = 0; q < 7; q++) {
    const copy = [...get('to'), ...get('from'), 0x2a, 2, ...unsigned(4 * q), 0x38, 2, ...unsigned(4 * q)];
    code.push(...choose(less(constant(q), get('w')), copy, []));
  }
  return code;
}

function indexOf(name: Local): number {
  const place = parameters.indexOf(name as (typeof parameters)[number]);
  return place >= 0 ? place : parameters.length + locals.indexOf(name as (typeof locals)[number]);
}

function get(name: Local): Code {
  return [0x20, ...unsigned(indexOf(name))];
}

function set(name: Local, value: Code): Code {
  return [...value, 0x21, ...unsigned(indexOf(name))];
}

function constant(value: number): Code {
  return [0x41, ...signed(value)];
}

function add(a: Code, b: Code): Code {
  return [...a, ...b, 0x6a];
}

function sub(a: Code, b: Code): Code {
  return [...a, ...b, 0x6b];
}

function multiply(a: Code, b: Code): Code {
  return [...a, ...b, 0x6c];
}

function less(a: Code, b: Code): Code {
  return [...a, ...b, 0x49];
}

function lessOrEqual(a: Code, b: Code): Code {
  return [...a, ...b, 0x4d];
}

function equal(a: Code, b: Code): Code {
  return [...a, ...b, 0x46];
}

function both(a: Code, b: Code): Code {
  return [...a, ...b, 0x71];
}

function smaller(a: Code, b: Code): Code {
  return [...a, ...b, ...less(a, b), 0x1b];
}

function loadVector(address: Local, offset: number): Code {
  return [...get(address), 0xfd, 0x00, 2, ...unsigned(offset)];
}

function storeVector(offset: number): Code {
  return [0xfd, 0x0b, 2, ...unsigned(offset)];
}

function addVectors(a: Code, b: Code): Code {
  return [...a, ...b, 0xfd, 0xe4, 0x01];
}

function multiplyVectors(a: Code, b: Code): Code {
  return [...a, ...b, 0xfd, 0xe6, 0x01];
}

function choose(condition: Code, yes: Code, no: Code): Code {
  return [...condition, 0x04, 0x40, ...yes, ...(no.length > 0 ? [0x05, ...no] : []), 0x0b];
}

/** while (name < limit) body */
function whileLess(name: Local, limit: Local, body: Code): Code {
  return [0x03, 0x40, ...less(get(name), get(limit)), 0x04, 0x40, ...body, 0x0c, 1, 0x0b, 0x0b];
}

/** do body while (--name) */
function countDown(name: Local, body: Code): Code {
  const counted = [...sub(get(name), constant(1)), 0x22, ...unsigned(indexOf(name))];
  return [0x03, 0x40, ...body, ...counted, 0x0d, 0, 0x0b];
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return vector(Array.from(value, (letter) => [letter.charCodeAt(0)]));
}

/** LEB128, as WebAssembly writes its numbers. */
function unsigned(value: number): Code {
  const bytes: Code = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return bytes;
}

function signed(value: number): Code {
  const bytes: Code = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}
