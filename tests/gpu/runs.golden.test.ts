/** Whole training runs on the WGSL engine against PyTorch's: 24 losses, final weights and logits, for three networks × six optimizers. */
import golden from 'golden/runs.json';
import { expect, it } from 'vitest';
import { createTrainer } from '../../src/index.ts';
import { goldenModels } from '../support/golden_runs.ts';

interface Dumped {
  shape: number[];
  data: number[];
}
interface GoldenRun {
  model: string;
  input_shape: number[];
  classes: number;
  init: Record<string, Dumped>;
  x: Dumped[];
  y: number[][];
  optimizers: {
    optimizer: string;
    hyper: Record<string, number | boolean | number[]>;
    loss: number[];
    eval_logits: Dumped;
    final: Record<string, Dumped>;
  }[];
}

const l2 = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let d = 0;
  let n = 0;
  for (let i = 0; i < b.length; i++) {
    d += (a[i] - b[i]) ** 2;
    n += b[i] ** 2;
  }
  return Math.sqrt(d / n);
};

it.each((golden as unknown as { runs: GoldenRun[] }).runs.map((r) => [r.model, r] as const))(
  '%s: 24 losses within 1e-3, final weights within 1e-3',
  async (_, run) => {
    const [N, C, H, W] = run.input_shape;
    const images = Float32Array.from(run.x.flatMap((t) => t.data));
    const trainer = await createTrainer({
      model: goldenModels[run.model],
      runs: run.optimizers.map((o) => ({ optimizer: { type: o.optimizer, ...o.hyper } as never })),
      data: { images, labels: run.y.flat(), shape: [4 * N, C, H, W], classes: run.classes },
      batch_size: N,
      shuffle: false,
    });
    const init = Object.fromEntries(Object.entries(run.init).map(([k, t]) => [k, Float32Array.from(t.data)]));
    for (let r = 0; r < run.optimizers.length; r++) await trainer.loadStateDict(r, init);
    const losses = await trainer.step(24);
    for (const [r, o] of run.optimizers.entries()) {
      const label = `${run.model} ${o.optimizer} ${JSON.stringify(o.hyper)}`;
      const worst = Math.max(...o.loss.map((l, i) => Math.abs(losses[r][i] - l) / Math.abs(l)));
      const dict = await trainer.stateDict(r);
      expect(Object.keys(dict).sort(), label).toEqual(Object.keys(o.final).sort());
      const names = Object.keys(o.final);
      const all = l2(
        names.flatMap((k) => [...dict[k]]),
        names.flatMap((k) => o.final[k].data),
      );
      const each = Math.max(...names.map((k) => l2(dict[k], o.final[k].data)));
      const logits = l2(await trainer.predict(r, images.subarray(0, N * C * H * W)), o.eval_logits.data);
      console.log(
        `${label}: loss ${worst.toExponential(1)}, weights ${all.toExponential(1)} (worst tensor ${each.toExponential(1)}), logits ${logits.toExponential(1)}`,
      );
      expect(worst, label).toBeLessThan(1e-3);
      expect(all, label).toBeLessThan(1e-3);
      expect(each, label).toBeLessThan(1e-3);
      expect(logits, label).toBeLessThan(1e-3);
    }
    trainer.destroy();
  },
);
