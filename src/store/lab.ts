/** What the self-test and benchmark pages show: results as they come, kept when a run is cancelled or fails. */
import { createStore } from 'zustand/vanilla';
import type { BenchmarkGroup, KernelRow, LabCommand, LabEvent, StepsRow } from '../worker/lab.ts';
import { runLab } from '../worker/lab_client.ts';
import type { AdapterSummary, SelfTestResult } from '../worker/protocol.ts';
import { download } from './download.ts';

export type { BenchmarkGroup, KernelRow, SelfTestResult, StepsRow };

export interface Lab {
  state: 'idle' | 'running' | 'finished' | 'cancelled' | 'failed' | 'unavailable';
  adapter: AdapterSummary | null;
  progress: { label: string; done: number; total: number } | null;
  operations: readonly SelfTestResult[];
  kernels: readonly KernelRow[];
  steps: readonly StepsRow[];
  /** Why it failed, or what is missing. */
  message: string;
}

const EMPTY: Lab = { state: 'idle', adapter: null, progress: null, operations: [], kernels: [], steps: [], message: '' };

export const labStore = createStore<Lab>(() => EMPTY);
const set = (patch: Partial<Lab>): void => labStore.setState(patch);

let end: (() => void) | null = null;

function listen(event: LabEvent): void {
  const { operations, kernels, steps } = labStore.getState();
  switch (event.type) {
    case 'adapter':
      return set({ adapter: event.adapter });
    case 'progress':
      return set({ progress: { label: event.label, done: event.done, total: event.total } });
    case 'operation':
      return set({ operations: [...operations, event.result] });
    case 'kernel':
      return set({ kernels: [...kernels, event.row] });
    case 'steps':
      return set({ steps: [...steps, event.row] });
    case 'finished':
      return set({ state: 'finished', progress: null });
    case 'failed':
      return set({ state: 'failed', progress: null, message: event.message });
    case 'unavailable':
      return set({ state: 'unavailable', progress: null, message: event.message });
  }
}

function run(command: LabCommand): void {
  end?.();
  labStore.setState({ ...EMPTY, state: 'running' });
  end = runLab(command, listen);
}

export const runSelfTest = (): void => run({ type: 'self_test' });
export const runBenchmark = (groups: readonly BenchmarkGroup[]): void => run({ type: 'benchmark', groups });

export function cancel(): void {
  end?.();
  end = null;
  set({ state: 'cancelled', progress: null });
}

/** Everything measured, for a file or a script. */
export function report(): Record<string, unknown> {
  const { state, adapter, operations, kernels, steps } = labStore.getState();
  return {
    product: 'Descent',
    state,
    date: new Date().toISOString(),
    browser: navigator.userAgent,
    adapter,
    ...(operations.length > 0 && { operations }),
    ...(kernels.length > 0 && { kernels }),
    ...(steps.length > 0 && { steps }),
  };
}

export const saveReport = (name: string): void => download(name, 'application/json', `${JSON.stringify(report(), null, 1)}\n`);

/** For tests and scripts. */
export interface LabAutomation {
  state(): Lab['state'];
  results(): Record<string, unknown>;
}

export function exposeLab(): void {
  const automation: LabAutomation = { state: () => labStore.getState().state, results: report };
  Object.assign(window, { lab: automation });
}
