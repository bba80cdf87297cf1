/** The law between the self-test and benchmark pages and their worker. Types only. */
import type { AdapterSummary, SelfTestResult } from './protocol.ts';

export type BenchmarkGroup = 'kernels' | 'steps';

/** Page → worker: one job for one worker; to cancel, end it. */
export type LabCommand = { type: 'self_test' } | { type: 'benchmark'; groups: readonly BenchmarkGroup[] };

/** Worker → page. */
export type LabEvent =
  | { type: 'adapter'; adapter: AdapterSummary }
  | { type: 'unavailable'; message: string }
  /** What is being done now; `done` of `total` entries are finished. */
  | { type: 'progress'; label: string; done: number; total: number }
  | { type: 'operation'; result: SelfTestResult }
  | { type: 'kernel'; row: KernelRow }
  | { type: 'steps'; row: StepsRow }
  | { type: 'finished' }
  /** Nothing more comes; what came before stands. */
  | { type: 'failed'; message: string };

/** One kernel on one shape. */
export interface KernelRow {
  kernel: string;
  /** In words: "3×3, 16 → 16 channels, 32×32, batch 64". */
  shape: string;
  /** Milliseconds of one dispatch; null where `note` says why. */
  ms: number | null;
  /** 10⁹ floating-point operations a second; null where the kernel is bound by memory. */
  gflops: number | null;
  /** 10⁹ bytes a second, every operand counted once. */
  gbs: number | null;
  note: string;
}

/** Whole training steps of a network. */
export interface StepsRow {
  network: string;
  lanes: number;
  /** Samples of one lane. */
  batch: number;
  /** Milliseconds a step of all lanes; null where `note` says why. */
  ms: number | null;
  steps_per_second: number | null;
  /** Of all lanes. */
  samples_per_second: number | null;
  dispatches: number;
  /** Of one lane and step. */
  gflop: number;
  megabytes: number;
  note: string;
}
