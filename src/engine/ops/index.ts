/** Every operation, by layer type: the compiler checks that none is missing. Adding one is a folder beside this file and a line here. */
import type { LayerType } from '../../model/layers/index.ts';
import type { Operation } from '../op.ts';
import { activation } from './activation/activation.ts';
import { adaptiveAvgPool2d } from './adaptive_avg_pool2d/adaptive_avg_pool2d.ts';
import { add } from './add/add.ts';
import { avgPool2d } from './avg_pool2d/avg_pool2d.ts';
import { batchNorm } from './batch_norm/batch_norm.ts';
import { conv2d } from './conv2d/conv2d.ts';
import { dropout } from './dropout/dropout.ts';
import { flatten } from './flatten/flatten.ts';
import { linear } from './linear/linear.ts';
import { maxPool2d } from './max_pool2d/max_pool2d.ts';

export const operations: Readonly<Record<LayerType, Operation>> = {
  Conv2d: conv2d,
  Linear: linear,
  BatchNorm2d: batchNorm,
  BatchNorm1d: batchNorm,
  ReLU: activation,
  LeakyReLU: activation,
  Sigmoid: activation,
  Tanh: activation,
  SiLU: activation,
  GELU: activation,
  MaxPool2d: maxPool2d,
  AvgPool2d: avgPool2d,
  AdaptiveAvgPool2d: adaptiveAvgPool2d,
  Flatten: flatten,
  Dropout: dropout,
  Add: add,
};
