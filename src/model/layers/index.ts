/** Every layer type that a model spec may name. Adding one is a file beside this one and a line here. */

import { table } from '../fields.ts';
import type { LayerDefinition } from '../types.ts';
import { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh } from './activations.ts';
import { BatchNorm1d, BatchNorm2d } from './BatchNorm.ts';
import { Conv2d } from './Conv2d.ts';
import { Linear } from './Linear.ts';
import { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from './pooling.ts';
import { Add, Dropout, Flatten } from './structure.ts';

const all = {
  Conv2d,
  Linear,
  BatchNorm2d,
  BatchNorm1d,
  ReLU,
  LeakyReLU,
  Sigmoid,
  Tanh,
  SiLU,
  GELU,
  MaxPool2d,
  AvgPool2d,
  AdaptiveAvgPool2d,
  Flatten,
  Dropout,
  Add,
} satisfies Record<string, LayerDefinition>;

/** Closed: a table over it is checked for completeness by the compiler. */
export type LayerType = keyof typeof all;

/** By type, in the order of the interface's menu; undefined for an unknown one. */
export const layers: Readonly<Record<string, LayerDefinition>> = table(all);

export const layerTypes = Object.keys(all) as LayerType[];
