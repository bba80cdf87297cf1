/** Numbers and shapes as the interface, the error messages and the tables write them. Locale-independent: a link or a test reads the same everywhere. */

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** Three significant digits without trailing zeros, e.g. 61.7, 0.5, 120. */
const three = (value: number): string => String(Number(value.toPrecision(3)));

/** Counts: 61706 → "61.7 k", 950 → "950", 1.2e9 → "1.2 G". */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  let scaled = value;
  let prefix = 0;
  // 999.5 and not 1000: three digits would round it up to "1000".
  while (Math.abs(scaled) >= 999.5 && prefix < PREFIXES.length - 1) {
    scaled /= 1000;
    prefix++;
  }
  const text = prefix === 0 && Number.isInteger(value) ? String(value) : three(scaled);
  return prefix === 0 ? text : `${text} ${PREFIXES[prefix]}`;
}

/** Bytes in powers of 1024: 1536 → "1.5 KiB". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return formatSpecial(bytes);
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let scaled = bytes;
  let unit = 0;
  while (Math.abs(scaled) >= 1023.5 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${three(scaled)} ${units[unit]}`;
}

/** Learning rates and other small arguments: 0.001 → "1e-3", 0.0003 → "3e-4", 0.05 → "0.05", 0 → "0". Exact: reads back to the same number. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  const size = Math.abs(value);
  if (value === 0 || (size >= 0.01 && size < 1e5)) return String(value);
  return value.toExponential().replace('e+', 'e');
}

/** Losses: three significant digits with their zeros, e.g. 2.30, 0.0412, 1.20e-5, 1.50e6. */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  return (size >= 1e-3 && size < 999.5 ? value.toPrecision(3) : value.toExponential(2)).replace('e+', 'e');
}

/** Accuracies given as 0 … 1: 0.983 → "98.3 %". */
export function formatPercent(value: number): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : formatSpecial(value);
}

/** [16, 28, 28] → "16 × 28 × 28". */
export const formatShape = (shape: readonly number[]): string => shape.join(' × ');

/** A pair as a size, [3, 5] → "3×5". */
export const formatSize = (pair: readonly number[]): string => pair.join('×');

/** A pair as one number where both are equal: [1, 1] → "1", [1, 2] → "1×2". */
export const formatPair = (pair: readonly number[]): string => (pair[0] === pair[1] ? String(pair[0]) : formatSize(pair));

const formatSpecial = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞');

/**
 * What a person types into a number field: "3e-4", "0,05" (a comma is a decimal point), "1 000", "−1", "50%" as 0.5.
 * @returns undefined when it is not one finite number.
 */
export function parseNumber(text: string): number | undefined {
  let clean = text
    .trim()
    .replace(/[\s_\u00a0\u202f]/g, '')
    .replace(/^[−–]/, '-');
  clean = clean.replace(/e[−–]/i, 'e-');
  const percent = clean.endsWith('%');
  if (percent) clean = clean.slice(0, -1);
  if (!clean.includes('.')) clean = clean.replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(clean)) return undefined;
  const value = percent ? Number(clean) / 100 : Number(clean);
  return Number.isFinite(value) ? value : undefined;
}
