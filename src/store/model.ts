/** Edits of the layer list. They may leave an impossible model behind: the layer says so, and nothing is lost. */
import { layers as definitions } from '../model/layers/index.ts';
import type { LayerSpec, ModelSpec, Value } from '../model/types.ts';
import { commit, configStore } from './config.ts';

function change(edit: (model: ModelSpec) => ModelSpec, key = ''): void {
  const { experiment, ids } = configStore.getState();
  commit({ experiment: { ...experiment, model: edit(experiment.model) }, ids }, key);
}

export const setModel = (model: ModelSpec): void => change(() => model);

/** A new layer at this place, with a name of its own. Returns the name. */
export function addLayer(type: string, at: number): string {
  const id = freshId(type, configStore.getState().experiment.model.layers);
  change((model) => {
    const arity = definitions[type]?.arity ?? 1;
    const before = model.layers[at - 1]?.id ?? 'input';
    const layer: LayerSpec = { id, type, ...(arity > 1 && { inputs: Array.from({ length: arity }, () => before) }) };
    return { ...model, layers: model.layers.toSpliced(at, 0, layer) };
  });
  return id;
}

/** Who read the layer reads what it read. */
export function removeLayer(id: string): void {
  change((model) => {
    const at = model.layers.findIndex((layer) => layer.id === id);
    const gone = model.layers[at];
    if (!gone) return model;
    const source = gone.inputs?.[0] ?? model.layers[at - 1]?.id ?? 'input';
    const relink = (layer: LayerSpec): LayerSpec =>
      layer.inputs?.includes(id) ? { ...layer, inputs: layer.inputs.map((name) => (name === id ? source : name)) } : layer;
    return { ...model, layers: model.layers.toSpliced(at, 1).map(relink) };
  });
}

export function moveLayer(id: string, to: number): void {
  change((model) => {
    const at = model.layers.findIndex((layer) => layer.id === id);
    const target = Math.min(model.layers.length - 1, Math.max(0, to));
    if (at < 0 || at === target) return model;
    return { ...model, layers: model.layers.toSpliced(at, 1).toSpliced(target, 0, model.layers[at]!) };
  });
}

/** undefined takes the argument out, so that its default holds. */
export function setLayerArg(id: string, name: string, value: Value | undefined): void {
  setLayer(id, { [name]: value }, name);
}

export function setLayerInputs(id: string, inputs: readonly string[]): void {
  setLayer(id, { inputs }, 'inputs');
}

function setLayer(id: string, patch: Record<string, Value | readonly string[] | undefined>, key: string): void {
  const clean = (layer: LayerSpec): LayerSpec =>
    Object.fromEntries(Object.entries({ ...layer, ...patch }).filter(([, value]) => value !== undefined)) as unknown as LayerSpec;
  change((model) => ({ ...model, layers: model.layers.map((layer) => (layer.id === id ? clean(layer) : layer)) }), `layer.${id}.${key}`);
}

const SHORT: Readonly<Record<string, string>> = {
  Conv2d: 'conv',
  Linear: 'fc',
  BatchNorm2d: 'bn',
  BatchNorm1d: 'bn',
  MaxPool2d: 'pool',
  AvgPool2d: 'pool',
  AdaptiveAvgPool2d: 'pool',
};

function freshId(type: string, layers: readonly LayerSpec[]): string {
  const taken = new Set(layers.map((layer) => layer.id));
  const base = SHORT[type] ?? type.toLowerCase();
  let n = 1;
  while (taken.has(`${base}${n}`)) n++;
  return `${base}${n}`;
}
