import { beforeEach, describe, expect, it } from 'vitest';
import type { Experiment, RunSpec } from '../../src/model/types.ts';
import { bestOf } from '../../src/model/verdict/groups.ts';
import { type Measure, measures } from '../../src/model/verdict/measures.ts';
import { mlp } from '../../src/model/zoo.ts';
import { configStore, openExperiment } from '../../src/store/config.ts';
import { setLive } from '../../src/store/live.ts';
import { curves } from '../../src/store/series.ts';
import { settingsWords, setVerdict, stateBytes, toggleSort, verdictGroups, verdictStore } from '../../src/store/verdict.ts';
import { verdictCsv, verdictMarkdown } from '../../src/ui/verdict/table.ts';

const RUNS: readonly RunSpec[] = [
  { name: 'A|B, seed 1', optimizer: { type: 'SGD', lr: 0.1, momentum: 0.9 }, seed: 1 },
  { name: 'A|B, seed 2', optimizer: { type: 'SGD', lr: 0.1, momentum: 0.9 }, seed: 2 },
  { name: '=Adam', optimizer: { type: 'Adam', lr: 0.001 } },
];

const experiment: Experiment = {
  name: 'Small',
  model: mlp([2, 1, 1], 2, [4]),
  data: { type: 'spirals' },
  batch_size: 16,
  loss: { type: 'CrossEntropyLoss' },
  seed: 1,
  eval_every: 2,
  runs: RUNS,
};

/** A run of 4 steps at 0.5 s, validated at 2 and 4. */
function trained(id: string, accuracies: readonly number[], averaged?: readonly number[]): void {
  const step = Uint32Array.from([1, 2, 3, 4]);
  const zeros = new Float32Array(4);
  const time = Float32Array.from(step, (s) => s / 2);
  const train = { run: id, step, train_loss: zeros, train_accuracy: zeros, lr: zeros, grad_norm: zeros, update_ratio: zeros, time };
  curves.append(
    [train],
    accuracies.map((val_accuracy, i) => ({
      run: id,
      step: 2 * i + 2,
      val_loss: 1 - val_accuracy,
      val_accuracy,
      ...(averaged && { ema_val_loss: 1 - averaged[i]!, ema_val_accuracy: averaged[i]! }),
    })),
  );
}

const groups = () => verdictGroups(verdictStore.getState().target, stateBytes(experiment));

beforeEach(() => {
  curves.clear();
  openExperiment(experiment);
  setLive({ diverged: {} });
  setVerdict({ target: { metric: 'val_accuracy', value: 0.75 }, sort: null });
});

describe('the verdict of the page', () => {
  it('groups what stands in the curves by settings', () => {
    const { ids } = configStore.getState();
    trained(ids[0]!, [0.5, 0.75]);
    trained(ids[1]!, [0.5, 0.25]);
    trained(ids[2]!, [0.75, 1]);
    const [sgd, adam] = groups();
    expect([sgd!.name, adam!.name]).toEqual(['A|B', '=Adam']);
    expect(sgd!.cells.final_accuracy.mean).toBe(0.5);
    expect(sgd!.cells.target_steps).toMatchObject({ mean: 4, n: 1, of: 2 });
    expect(adam!.cells.target_seconds.mean).toBe(1);
    expect(adam!.cells.step_seconds.mean).toBe(0.5);
    // 2·4 + 4 + 4·2 + 2 = 22 parameters: one buffer of momentum, two of Adam.
    expect([sgd!.cells.state_bytes.mean, adam!.cells.state_bytes.mean]).toEqual([88, 176]);
  });

  it('knows what diverged, and what has no curve yet', () => {
    const { ids } = configStore.getState();
    trained(ids[0]!, [0.5, 0.75]);
    setLive({ diverged: { [ids[0]!]: { step: 5, layer: null } } });
    const [sgd, adam] = groups();
    expect(sgd!.members[0]!.diverged).toBe(5);
    expect(sgd!.cells.final_accuracy.n).toBe(0);
    expect(adam!.cells.final_accuracy.mean).toBeNaN();
  });

  it('tells settings apart in words', () => {
    expect(settingsWords(RUNS[0]!, RUNS[2]!, experiment)).toEqual(['SGD → Adam', 'lr 0.1 → 1e-3']);
    expect(settingsWords(RUNS[0]!, RUNS[1]!, experiment), 'a seed is no setting').toEqual([]);
    expect(settingsWords({ ...RUNS[0]!, optimizer: { type: 'SGD', lr: 0.1 } }, RUNS[1]!, experiment)).toEqual(['momentum 0 → 0.9']);
  });

  it('sorts best first, worst first, and then not', () => {
    toggleSort('best_loss');
    expect(verdictStore.getState().sort).toEqual({ by: 'best_loss', bestFirst: true });
    toggleSort('best_loss');
    expect(verdictStore.getState().sort).toEqual({ by: 'best_loss', bestFirst: false });
    toggleSort('best_loss');
    expect(verdictStore.getState().sort).toBeNull();
  });
});

describe('the verdict as a file', () => {
  const filled = () => {
    const { ids } = configStore.getState();
    trained(ids[0]!, [0.5, 0.75]);
    trained(ids[1]!, [0.5, 0.25]);
    trained(ids[2]!, [0.75, 1]);
    return groups();
  };

  it('Markdown: a row a group, the best in bold, names without markup', () => {
    const all = filled();
    const best = Object.fromEntries(measures.map((of) => [of, bestOf(all, of)])) as Record<Measure, ReadonlySet<string>>;
    const lines = verdictMarkdown(all, best, ['A|B is behind.']).split('\n');
    expect(lines[2]).toMatch(/^\| A\\\|B \| 2 \| 50.0 ± 317.7 \| /);
    expect(lines[3]).toMatch(/^\| =Adam \| 1 \| \*\*100\.0\*\* \| \*\*100\.0\*\* \| /);
    expect(lines[2]).toContain('| 4 (1 of 2) |');
    expect(lines[5]).toBe('A\\|B is behind.');
    expect(new Set(lines.slice(0, 4).map((line) => line.replaceAll('\\|', '').split('|').length)).size, 'equally many cells').toBe(1);
  });

  it('CSV: the means, then every seed; no cell is a formula', () => {
    const lines = verdictCsv(filled()).trim().split('\r\n');
    expect(lines[0]).toMatch(/^group,run,weights,seed,runs,step,diverged at,final_accuracy,final_accuracy ± 95 %,/);
    expect(lines[1]).toMatch(/^A\|B,mean,trained,,2,,,0\.5,3\.17/);
    expect(lines[2]).toMatch(/^A\|B,"A\|B, seed 1",trained,1,1,4,,0\.75,,/);
    expect(lines[4]).toMatch(/^'=Adam,'=Adam,trained,1,1,4,,1,,1,/);
    expect(lines).toHaveLength(5);
  });

  it('averaged weights have rows of their own: in the groups, in Markdown and in CSV', () => {
    const { ids } = configStore.getState();
    trained(ids[0]!, [0.5, 0.75], [0.5, 1]);
    trained(ids[1]!, [0.5, 0.25], [0.25, 0.75]);
    trained(ids[2]!, [0.75, 1]);
    const all = groups();
    expect(all[0]!.averaged).toMatchObject({
      final_accuracy: { mean: 0.875, n: 2 },
      best_loss: { mean: 0.125 },
      target_steps: { mean: 4, n: 2 },
      target_seconds: { mean: 2 },
      state_bytes: { n: 0 },
    });
    expect(all[1]!.averaged).toBeNull();
    const none = Object.fromEntries(measures.map((of) => [of, bestOf([], of)])) as Record<Measure, ReadonlySet<string>>;
    const markdown = verdictMarkdown(all, none, []).split('\n');
    expect(markdown[3]).toMatch(/^\| A\\\|B, averaged weights \| {2}\| 87.5 ± 158.8 \|.*\| {2}\| {2}\|$/);
    expect(markdown.filter((line) => line.includes('averaged'))).toHaveLength(1);
    const lines = verdictCsv(all).trim().split('\r\n');
    expect(lines).toHaveLength(8);
    expect(lines[2]).toMatch(/^A\|B,mean,averaged,,2,,,0\.875,1\.58/);
    expect(lines[4]).toMatch(/^A\|B,"A\|B, seed 1",averaged,1,1,4,,1,,1,/);
  });
});
