/** Lengths and angles of a layer's numbers, in float64. */

type Numbers = ArrayLike<number>;

export function norm(a: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * a[i];
  return Math.sqrt(sum);
}

/** Cosine of the angle between two vectors; null where one has no direction (zero, or not finite). */
export function cosine(a: Numbers, b: Numbers): number | null {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i] * b[i];
  const lengths = norm(a) * norm(b);
  const value = dot / lengths;
  return lengths > 0 && Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : null;
}
