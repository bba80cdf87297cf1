/** What the experiments promise in their notes, on the engine: each trains for a few steps and the claim must hold with room to spare. */
import { describe, expect, it } from 'vitest';
import { workbench } from '../../src/model/presets/workbench.ts';
import { preset } from '../../src/model/presets.ts';
import { type Contestant, contest } from '../../src/model/verdict/groups.ts';
import { judge } from '../../src/model/verdict/judge.ts';
import { measure } from '../../src/model/verdict/measures.ts';
import { Driven } from '../support/session.ts';

interface Trained {
  loss: number[];
  /** ‖Δw‖ / ‖w‖ */
  ratio: number[];
  validation: { step: number; loss: number; accuracy: number }[];
  diverged: boolean;
}

/** Trains a preset as it stands, or only these of its runs, from step 0. Curves by the names of the runs. */
async function train(id: string, steps: number, names?: readonly string[]): Promise<Record<string, Trained>> {
  const { experiment } = preset(id) ?? expect.fail(`no preset ${id}`);
  const runs = names ? experiment.runs.filter((run) => names.includes(run.name)) : experiment.runs;
  const s = new Driven();
  await s.open({ ...experiment, runs });
  await s.step(steps);
  const found = runs.map(({ name }, i): [string, Trained] => {
    const curve: Trained = { loss: [], ratio: [], validation: [], diverged: s.all('diverged').some((event) => event.run === `r${i}`) };
    for (const { train, validation } of s.all('points')) {
      for (const t of train.filter(({ run }) => run === `r${i}`)) {
        curve.loss.push(...t.train_loss);
        curve.ratio.push(...t.update_ratio);
      }
      for (const v of validation) if (v.run === `r${i}`) curve.validation.push({ step: v.step, loss: v.val_loss, accuracy: v.val_accuracy });
    }
    return [name, curve];
  });
  s.close();
  return Object.fromEntries(found);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
/** Mean of 40 steps around step n. */
const around = (values: readonly number[], n: number): number => mean(values.slice(Math.max(0, n - 20), n + 20));
const last = ({ validation }: Trained) => validation.at(-1)!;

const claims: Record<string, () => Promise<void>> = {
  'five-seeds': async () => {
    const curves = await train('five-seeds', 300);
    const accuracy = (name: string): number[] => [1, 2, 3, 4, 5].map((seed) => last(curves[`${name} · seed ${seed}`]!).accuracy);
    const [momentum, rmsprop] = [accuracy('Momentum'), accuracy('RMSProp')];
    const leads = momentum.map((value, i) => value - rmsprop[i]!);
    expect(Math.max(...leads), 'with some seed momentum is ahead of RMSProp').toBeGreaterThan(0.002);
    expect(Math.min(...leads), 'with another it is far behind').toBeLessThan(-0.05);
    // The Verdict's own sentence: Adam against SGD is no luck.
    const { experiment } = preset('five-seeds')!;
    const contestants = experiment.runs.map((spec): Contestant => {
      const { validation } = curves[spec.name]!;
      const list = (of: (v: (typeof validation)[number]) => number) => validation.map(of);
      const curve = {
        length: validation.length,
        step: list((v) => v.step),
        time: list((v) => v.step),
        val_loss: list((v) => v.loss),
        val_accuracy: list((v) => v.accuracy),
      };
      const values = measure(curve, { metric: 'val_accuracy', value: 0.9 }, { state_bytes: 0, step: 300, seconds: 1 });
      return { id: spec.name, name: spec.name, spec, seed: spec.seed!, step: 300, validated: 300, diverged: null, values, averaged: null };
    });
    const between = (...names: string[]) =>
      contest(
        contestants.filter((run) => names.some((name) => run.name.startsWith(name))),
        experiment.model,
      );
    expect(judge(between('SGD', 'Adam'), 'final_accuracy')).toMatchObject({ kind: 'apart', text: expect.stringMatching(/^Adam is ahead of SGD/) });
    expect(judge(between('Momentum', 'RMSProp'), 'final_accuracy').kind, 'that lead is luck').toBe('noise');
    // What a visitor reads who opens the Verdict: the two best cannot be told apart, SGD can, though four were compared.
    const { kind, text } = judge(between('SGD', 'Momentum', 'RMSProp', 'Adam'), 'best_accuracy');
    expect(kind).toBe('noise');
    expect(text).toMatch(/corrected for picking the best of 4\).* Its leads? over (.+ and )?SGD (is|are) larger than the noise\.$/);
  },

  'sweep-sgd-adam': async () => {
    const curves = await train('sweep-sgd-adam', 300);
    const loss = (optimizer: string, lr: number): number => last(curves[`${optimizer}, lr ${lr}`]!).loss;
    const best = (optimizer: string): number => [0.001, 0.01, 0.1, 1].reduce((a, b) => (loss(optimizer, b) < loss(optimizer, a) ? b : a));
    expect([best('SGD'), best('Adam')]).toEqual([1, 0.1]);
    expect(loss('Adam', 1), 'Adam fails where SGD does best').toBeGreaterThan(1.2 * loss('SGD', 1));
    expect(loss('Adam', 1)).toBeGreaterThan(0.69);
    expect(loss('Adam', 0.01)).toBeLessThan(0.3);
    expect(loss('SGD', 0.01), 'SGD has not moved').toBeGreaterThan(0.6);
  },

  'adagrad-stops': async () => {
    const { AdaGrad, RMSProp } = await train('adagrad-stops', 1200);
    const fall = (run: Trained): number => around(run.ratio, 1180) / around(run.ratio, 100);
    expect(fall(AdaGrad!)).toBeLessThan(0.25);
    expect(fall(RMSProp!) / fall(AdaGrad!), 'RMSProp keeps its step').toBeGreaterThan(1.7);
    // They began alike.
    expect(around(RMSProp!.ratio, 100) / around(AdaGrad!.ratio, 100)).toBeLessThan(1.5);
  },

  'bias-correction': async () => {
    const { Adam, 'Without correction': without } = await train('bias-correction', 40);
    // (1 − β₁) / √(1 − β₂) = 3.16 times the step; the ratio is to the weights after it, which have grown.
    expect(without!.ratio[0]! / Adam!.ratio[0]!).toBeGreaterThan(2.5);
    expect(without!.ratio[0]! / Adam!.ratio[0]!).toBeLessThan(3.2);
    expect(without!.loss[0]).toBe(Adam!.loss[0]);
    expect(Math.max(...without!.loss), 'shoots up').toBeGreaterThan(4 * without!.loss[0]!);
    expect(Math.max(...without!.loss)).toBeGreaterThan(2 * Math.max(...Adam!.loss));
    expect(mean(without!.loss.slice(30)), 'and pays for it').toBeGreaterThan(2 * mean(Adam!.loss.slice(30)));
  },

  'nesterov-brakes': async () => {
    const { Momentum, Nesterov } = await train('nesterov-brakes', 200);
    /** The way that the loss goes uphill. */
    const uphill = ({ loss }: Trained): number => loss.slice(1).reduce((sum, value, i) => sum + Math.max(0, value - loss[i]!), 0);
    expect(uphill(Momentum!)).toBeGreaterThan(2.5 * uphill(Nesterov!));
    /** Step after which the loss stays near its least, ln 2. */
    const still = ({ loss }: Trained): number => loss.findLastIndex((value) => value > Math.LN2 + 0.02) + 1;
    expect(still(Nesterov!)).toBeLessThan(60);
    expect(still(Momentum!)).toBeGreaterThan(140);
  },

  'momentum-forms': async () => {
    const { 'PyTorch’s': pytorch, 'Mean of gradients': average, Velocity: velocity } = await train('momentum-forms', 130);
    for (const other of [average!, velocity!])
      for (let i = 0; i < 100; i++) expect(Math.abs(other.loss[i]! / pytorch!.loss[i]! - 1), `one curve, step ${i + 1}`).toBeLessThan(0.01);
    // Entry 100 is step 101, the first with the new rate; 0.95²⁰ = 0.36.
    const after = ({ ratio }: Trained, steps: number): number => ratio[100 + steps]! / ratio[99]!;
    expect(after(pytorch!, 0), 'brakes at once').toBeLessThan(0.1);
    expect(after(average!, 0)).toBeLessThan(0.1);
    expect(after(velocity!, 0), 'coasts').toBeGreaterThan(0.85);
    expect(after(velocity!, 10) / after(pytorch!, 10)).toBeGreaterThan(3);
  },

  'muon-vs-adamw': async () => {
    const { Muon, ...others } = await train('muon-vs-adamw', 150);
    for (const [name, run] of Object.entries(others)) {
      expect(last(run).loss, name).toBeGreaterThan(2 * last(Muon!).loss);
      expect(mean(run.loss.slice(-25)), name).toBeGreaterThan(2 * mean(Muon!.loss.slice(-25)));
    }
    expect(Object.keys(others)).toHaveLength(3);
  },

  'one-cycle': async () => {
    const curves = await train('one-cycle', 600);
    const end = (name: string): number => mean(curves[name]!.loss.slice(-50));
    const cycle = end('One cycle to 0.4');
    for (const rate of [0.05, 0.1]) expect(end(`Constant ${rate}`), `a constant rate of ${rate}`).toBeGreaterThan(1.15 * cycle);
    expect(end('Constant 0.4'), 'learns nothing').toBeGreaterThan(Math.LN2);
    expect(last(curves['One cycle to 0.4']!).loss).toBeLessThan(0.9 * last(curves['Constant 0.05']!).loss);
  },

  'adaptive-family': async () => {
    const curves = await train('adaptive-family', 600);
    const { Lion, Adam, RAdam, AdaDelta } = curves;
    const early = ({ ratio }: Trained): number => mean(ratio.slice(0, 5));
    expect(early(RAdam!), 'RAdam begins with plain small steps').toBeLessThan(0.1 * early(Adam!));
    const at300 = (run: Trained): number => run.validation.find(({ step }) => step === 300)!.loss;
    expect(at300(RAdam!), 'and trails').toBeGreaterThan(1.3 * at300(Adam!));
    const steps = Lion!.ratio.slice(0, 20);
    expect(Math.max(...steps) / Math.min(...steps), 'every step of Lion is as long').toBeLessThan(1.2);
    expect(Math.max(...Adam!.ratio.slice(0, 20)) / Math.min(...Adam!.ratio.slice(0, 20))).toBeGreaterThan(1.5);
    expect(last(AdaDelta!).accuracy, 'AdaDelta learns at its default rate').toBeGreaterThan(0.75);
    for (const [name, run] of Object.entries(curves)) expect(run.diverged, name).toBe(false);
  },
};

describe('every experiment keeps its promise:', () => {
  it.each(workbench.map(({ id, experiment }) => [id, experiment.note!] as const))('%s: %s', { timeout: 120_000 }, async (id) => {
    await (claims[id] ?? expect.fail(`no test holds ${id} to its note`))();
  });

  it('l2-adam-vs-adamw: L2 in Adam keeps it from fitting, AdamW does not', { timeout: 120_000 }, async () => {
    const curves = await train('l2-adam-vs-adamw', 80, ['Adam, L2 0.1', 'AdamW 0.1']);
    const end = (name: string): number => mean(curves[name]!.loss.slice(-20));
    expect(end('Adam, L2 0.1')).toBeGreaterThan(1.2 * end('AdamW 0.1'));
    expect(last(curves['Adam, L2 0.1']!).loss).toBeGreaterThan(1.1 * last(curves['AdamW 0.1']!).loss);
  });
});
