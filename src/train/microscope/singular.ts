/** Singular values of a layer's matrix, for what Muon does to them: float64, on the CPU. */

/** Beyond so many the sum of rotations takes longer than training may wait. */
const MOST = 128;
const SWEEPS = 30;
/** Two columns count as orthogonal below this cosine. */
const ORTHOGONAL = 1e-14;

type Columns = Float64Array[];

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The shorter side of a row-major matrix as columns. */
function columnsOf(matrix: ArrayLike<number>, rows: number, cols: number): Columns {
  const [n, length] = [Math.min(rows, cols), Math.max(rows, cols)];
  const at = rows < cols ? (i: number, k: number) => i * cols + k : (i: number, k: number) => k * cols + i;
  return Array.from({ length: n }, (_, i) => Float64Array.from({ length }, (_, k) => matrix[at(i, k)]));
}

/** R of a QR decomposition by modified Gram–Schmidt, as columns: the same singular values in an n × n matrix. */
function triangular(columns: Columns): Columns {
  const n = columns.length;
  const R = columns.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    const length = Math.sqrt(dot(columns[i], columns[i]));
    R[i][i] = length;
    if (length === 0) continue;
    const q = columns[i].map((x) => x / length);
    for (let j = i + 1; j < n; j++) {
      const r = dot(q, columns[j]);
      R[j][i] = r;
      for (let k = 0; k < q.length; k++) columns[j][k] -= r * q[k];
    }
  }
  return R;
}

/** Turns columns a and b in their plane until they are orthogonal. Returns whether there was anything to do. */
function rotate(a: Float64Array, b: Float64Array): boolean {
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
  if (Math.abs(ab) <= ORTHOGONAL * Math.sqrt(aa * bb)) return false;
  const zeta = (bb - aa) / (2 * ab);
  const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  for (let k = 0; k < a.length; k++) [a[k], b[k]] = [c * a[k] - s * b[k], s * a[k] + c * b[k]];
  return true;
}

/**
 * All singular values of a rows × cols matrix (row-major), largest first, by one-sided Jacobi rotations of its R (Hestenes 1958; Demmel and
 * Veselić 1992). Null where the shorter side is beyond 128 or something is not finite.
 */
export function singularValues(matrix: ArrayLike<number>, rows: number, cols: number): Float64Array<ArrayBuffer> | null {
  if (Math.min(rows, cols) > MOST) return null;
  const full = columnsOf(matrix, rows, cols);
  if (full.some((column) => !column.every(Number.isFinite))) return null;
  const columns = triangular(full);
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep++) {
    turned = false;
    for (let i = 0; i < columns.length; i++) for (let j = i + 1; j < columns.length; j++) turned = rotate(columns[i], columns[j]) || turned;
  }
  return Float64Array.from(columns, (column) => Math.sqrt(dot(column, column)))
    .sort()
    .reverse();
}
