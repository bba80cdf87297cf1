/** Another data set needs a model that takes its samples and tells its classes apart. */
import { datasets, resolveData } from '../model/datasets.ts';
import type { DataSpec, Experiment, LayerSpec, ModelSpec, RunSpec } from '../model/types.ts';
import { networks } from '../model/zoo.ts';
import { commit, configStore } from './config.ts';
import { problemOf } from './engine.ts';

type Input = readonly [number, number, number];

/** The model for samples of another shape and another number of classes: its input, and its last linear layer. */
export function fit(model: ModelSpec, input: Input, classes: number | undefined): ModelSpec {
  const last = model.layers.at(-1);
  const layers: readonly LayerSpec[] =
    classes !== undefined && last?.type === 'Linear' && last.out_features !== classes
      ? [...model.layers.slice(0, -1), { ...last, out_features: classes }]
      : model.layers;
  return { input: [...input], layers };
}

/**
 * The experiment with other data. A model that only needs another input and another last layer keeps its layers; one that cannot take the samples
 * at all makes room for the first known network that can.
 */
export function withData(experiment: Experiment, data: DataSpec, input: Input, classes: number): Experiment {
  const fitted: Experiment = {
    ...experiment,
    data,
    model: fit(experiment.model, input, classes),
    runs: experiment.runs.map((run) => fitRun(run, input, classes)),
  };
  if (!problemOf(fitted)) return fitted;
  const network = networks.find(({ suits }) => suits(input))!;
  return { ...fitted, model: network.build(input, classes), runs: experiment.runs.map(({ model: _, ...run }) => run) };
}

const fitRun = (run: RunSpec, input: Input, classes: number): RunSpec => (run.model ? { ...run, model: fit(run.model, input, classes) } : run);

/** A generated data set by name, with its defaults. */
export function chooseData(type: string): void {
  const { experiment, ids } = configStore.getState();
  const definition = datasets[type];
  if (!definition?.input || experiment.data.type === type) return;
  const data: DataSpec = { type };
  commit({ experiment: withData(experiment, data, definition.input, resolveData(data).classes!.length), ids });
}

/** One argument of the data set; its number of classes may follow. */
export function editData(name: string, value: DataSpec[string]): void {
  const { experiment, ids } = configStore.getState();
  const data = { ...experiment.data, [name]: value };
  try {
    const { input, classes } = resolveData(data);
    const next = input && classes ? withData(experiment, data, input, classes.length) : { ...experiment, data };
    commit({ experiment: next, ids }, `data.${name}`);
  } catch {
    // Out of range: kept as typed, and the field says why.
    commit({ experiment: { ...experiment, data }, ids }, `data.${name}`);
  }
}
