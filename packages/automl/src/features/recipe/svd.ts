import { createRandom } from '@laurel/tabular';

/** Rows of a sparse matrix: places of the columns and their values. */
export type SparseRows = readonly { at: Int32Array; values: Float64Array }[];

const oversampling = 8;
const powerSteps = 1;

/**
 * The first right singular vectors of a sparse matrix (Halko, Martinsson and Tropp 2011): columns x wanted, row-major,
 * the largest singular value first. Signs are fixed so that each vector's largest entry is positive.
 */
export function randomisedSvd(matrix: SparseRows, columns: number, wanted: number, seed: number): Float32Array {
  const width = Math.min(columns, matrix.length, wanted + oversampling);
  const random = createRandom(seed);
  let right: Float64Array = Float64Array.from({ length: columns * width }, () => random.normal());
  for (let step = 0; step <= powerSteps; step++) {
    const left = timesDense(matrix, right, width);
    orthonormalise(left, matrix.length, width);
    right = timesTransposed(matrix, left, columns, width);
    if (step < powerSteps) orthonormalise(right, columns, width);
  }
  // right = A' Q; its left singular vectors are those of A' in the span: from the eigenvectors of the small right' right.
  const { values, vectors } = symmetricEigen(gram(right, columns, width), width);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
  const axes = new Float32Array(columns * wanted);
  for (let k = 0; k < Math.min(wanted, width); k++) {
    const from = order[k]!;
    const length = Math.sqrt(Math.max(0, values[from]!));
    if (!(length > 1e-9)) continue;
    let largest = 0;
    const axis = new Float64Array(columns);
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += right[c * width + j]! * vectors[j * width + from]!;
      axis[c] = sum / length;
      if (Math.abs(axis[c]!) > Math.abs(largest)) largest = axis[c]!;
    }
    for (let c = 0; c < columns; c++) axes[c * wanted + k] = largest < 0 ? -axis[c]! : axis[c]!;
  }
  return axes;
}

function timesDense(matrix: SparseRows, dense: Float64Array, width: number): Float64Array {
  const result = new Float64Array(matrix.length * width);
  matrix.forEach(({ at, values }, row) => {
    for (let i = 0; i < at.length; i++) {
      const from = at[i]! * width;
      for (let k = 0; k < width; k++) result[row * width + k]! += values[i]! * dense[from + k]!;
    }
  });
  return result;
}

function timesTransposed(matrix: SparseRows, dense: Float64Array, columns: number, width: number): Float64Array {
  const result = new Float64Array(columns * width);
  matrix.forEach(({ at, values }, row) => {
    for (let i = 0; i < at.length; i++) {
      const to = at[i]! * width;
      for (let k = 0; k < width; k++) result[to + k]! += values[i]! * dense[row * width + k]!;
    }
  });
  return result;
}

/** Gram and Schmidt, twice over each column, which keeps them orthogonal to the last digits. */
function orthonormalise(dense: Float64Array, rows: number, width: number): void {
  for (let k = 0; k < width; k++) {
    for (let again = 0; again < 2; again++) {
      for (let j = 0; j < k; j++) {
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += dense[i * width + j]! * dense[i * width + k]!;
        for (let i = 0; i < rows; i++) dense[i * width + k]! -= dot * dense[i * width + j]!;
      }
    }
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += dense[i * width + k]! ** 2;
    const length = Math.sqrt(squares);
    for (let i = 0; i < rows; i++) dense[i * width + k] = length > 1e-12 ? dense[i * width + k]! / length : 0;
  }
}

function gram(dense: Float64Array, rows: number, width: number): Float64Array {
  const result = new Float64Array(width * width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      for (let k = 0; k < width; k++) result[j * width + k]! += dense[i * width + j]! * dense[i * width + k]!;
    }
  }
  return result;
}

/** Eigenvalues and eigenvectors (in columns) of a small symmetric matrix, by cyclic Jacobi rotations. Changes `matrix`. */
function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += matrix[p * n + q]! ** 2;
    if (off < 1e-22) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(matrix, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!), vectors };
}

function rotate(matrix: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const apq = matrix[p * n + q]!;
  if (Math.abs(apq) < 1e-300) return;
  const theta = (matrix[q * n + q]! - matrix[p * n + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < n; i++) {
    const [x, y] = [matrix[i * n + p]!, matrix[i * n + q]!];
    matrix[i * n + p] = c * x - s * y;
    matrix[i * n + q] = s * x + c * y;
  }
  for (let i = 0; i < n; i++) {
    const [x, y] = [matrix[p * n + i]!, matrix[q * n + i]!];
    matrix[p * n + i] = c * x - s * y;
    matrix[q * n + i] = s * x + c * y;
    const [v, w] = [vectors[i * n + p]!, vectors[i * n + q]!];
    vectors[i * n + p] = c * v - s * w;
    vectors[i * n + q] = s * v + c * w;
  }
}
