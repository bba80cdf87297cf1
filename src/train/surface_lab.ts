/** All runs of the surface lab on all its plots: optimizers on the GPU, second-order methods in float64. */
import type { Gpu } from '../gpu/device.ts';
import { complete } from '../model/fields.ts';
import { surfaces } from '../model/surfaces/index.ts';
import { isOptimizer, type LabPlot, type RuleSpec, type SurfaceLab } from '../model/surfaces/lab.ts';
import { methods } from '../model/surfaces/methods/index.ts';
import type { OptimizerSpec } from '../model/types.ts';
import { raceOnSurface } from './surface.ts';

export interface LabTrail {
  points: Float32Array<ArrayBuffer>;
  bad: number | null;
  evaluations: number | null;
}

const NOWHERE: LabTrail = { points: new Float32Array(0), bad: null, evaluations: null };

function walk({ surface, start }: LabPlot, { type, ...given }: RuleSpec, steps: number): LabTrail {
  const method = methods[type];
  const { points, evaluations } = method.walk(surfaces[surface], start, steps, complete(method, given));
  return { points: Float32Array.from(points), bad: null, evaluations };
}

/** [plot][run]. Without a GPU the optimizers' trails are empty. */
export async function runLab(gpu: Gpu | null, { plots, runs, steps, seed }: SurfaceLab): Promise<LabTrail[][]> {
  const rules = runs.map((run) => run.rule);
  const optimizers = rules.filter((rule): rule is OptimizerSpec => isOptimizer(rule.type));
  const all: LabTrail[][] = [];
  for (const plot of plots) {
    const race = { surface: surfaces[plot.surface], optimizers, start: plot.start, steps, seed, noise: plot.noise };
    const raced = gpu && optimizers.length > 0 ? await raceOnSurface(gpu, race) : [];
    let next = 0;
    all.push(
      rules.map((rule) => {
        if (!isOptimizer(rule.type)) return walk(plot, rule, steps);
        const trail = raced[next++];
        return trail ? { ...trail, evaluations: null } : NOWHERE;
      }),
    );
  }
  return all;
}
