/** The tables of the lab pages, once: for the page, for the clipboard (Markdown) and for tests. */
import type { KernelRow, SelfTestResult, StepsRow } from '../../store/lab.ts';

export interface LabTable {
  caption: string;
  /** A colon at the end: a column of numbers. */
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** Rows that say that something is wrong. */
  bad: readonly boolean[];
}

/** Three significant digits, thousands with a k; or a dash. */
export function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  if (value >= 1e4) return `${figure(value / 1000)} k`;
  if (value > 0 && value < 1e-3) return value.toExponential(1);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

const error = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

export const operationsTable = (results: readonly SelfTestResult[]): LabTable => ({
  caption: 'Largest error of each operation',
  columns: ['operation', 'result', 'cases:', 'largest error:', 'limit:'],
  rows: results.map((r) => [r.operation, r.passed ? 'pass' : `fail: ${r.detail}`, String(r.cases), error(r.error), error(r.limit)]),
  bad: results.map(({ passed }) => !passed),
});

export const kernelsTable = (rows: readonly KernelRow[]): LabTable => ({
  caption: 'Kernels',
  columns: ['kernel', 'shape', 'ms:', 'GFLOP/s:', 'GB/s:'],
  rows: rows.map(({ kernel, shape, ms, gflops, gbs, note }) => [
    kernel,
    note ? `${shape} (${note})` : shape,
    figure(ms),
    figure(gflops),
    figure(gbs),
  ]),
  bad: rows.map(({ ms }) => ms === null),
});

export const stepsTable = (rows: readonly StepsRow[]): LabTable => ({
  caption: 'Training steps with Adam',
  columns: ['network', 'batch:', 'lanes:', 'ms a step:', 'steps/s:', 'samples/s:', 'dispatches:', 'GFLOP/s:', 'GB/s:'],
  rows: rows.map(({ network, batch, lanes, ms, steps_per_second, samples_per_second, dispatches, gflop, megabytes, note }) => [
    note ? `${network} (${note})` : network,
    String(batch),
    String(lanes),
    figure(ms),
    figure(steps_per_second),
    figure(samples_per_second),
    dispatches > 0 ? String(dispatches) : '–',
    figure(ms === null ? null : (1000 * gflop * lanes) / ms),
    figure(ms === null ? null : (megabytes * lanes) / ms),
  ]),
  bad: rows.map(({ ms }) => ms === null),
});

/** GitHub's Markdown, which spreadsheets take, too. */
export function markdown({ caption, columns, rows }: LabTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const heads = columns.map((column) => column.replace(/:$/, ''));
  const rule = columns.map((column) => (column.endsWith(':') ? '--:' : '---'));
  return [`**${caption}**`, '', line(heads), line(rule), ...rows.map(line)].join('\n');
}
