/**
 * What a visitor can say: the vocabulary that every other folder shares. Names and arguments are PyTorch's, verbatim.
 * This folder is pure and imports nothing.
 */

/** A value of one argument as it stands in a spec, a link or a form. */
export type Value = number | boolean | string | number[];

/** One argument of a layer, optimizer, schedule, loss, data set or initialiser. It draws the form, checks input and fills the link. */
export interface Field {
  /** PyTorch's keyword, snake_case. */
  name: string;
  /** `pair`: one integer or [height, width]; `betas`: two floats; `floats`: as many as the default has; `ints`: 1 to 32 integers; `text`: one line that is only ever shown. */
  kind: 'int' | 'float' | 'bool' | 'enum' | 'pair' | 'betas' | 'floats' | 'ints' | 'text';
  default: Value;
  /** Left out, it takes the value of that field instead of `default` (stride of a pooling layer is its kernel_size). */
  defaultFrom?: string;
  /** Allowed values, inclusive; of `ints` each one, of a `text` its length. */
  min?: number;
  max?: number;
  /** `max` itself is not allowed (a dropout probability below 1). */
  exclusiveMax?: boolean;
  /** Where a slider should run when the allowed values are too many for one. */
  slider?: readonly [number, number];
  /** A logarithmic slider suits lr and eps. */
  scale?: 'linear' | 'log';
  options?: readonly string[];
  /** Inferred from the input when left out (in_channels, in_features, num_features): never asked for in a form. */
  inferred?: boolean;
  /** Accepted but behind the disclosure "more", or the one of this name. */
  advanced?: boolean | string;
  help: string;
}

/** Shared by everything a visitor can choose. */
export interface Definition {
  /** PyTorch's class name. */
  type: string;
  label: string;
  /** One line. */
  summary: string;
  /** TeX. */
  formula: string;
  source: { title: string; url: string };
  fields: readonly Field[];
}

/** Per-sample shape: [C, H, W] or, after Flatten, [F]. */
export type Shape = readonly number[];

/** One tensor of a layer's state dict. */
export interface ParamSpec {
  /** `weight`, `bias`, `running_mean` …; the state-dict name is `${layer.id}.${name}`. */
  name: string;
  /** PyTorch's layout, e.g. [C_out, C_in / groups, KH, KW]. */
  shape: readonly number[];
  /** A buffer is state that no optimizer moves (running statistics). */
  kind: 'parameter' | 'buffer';
  /** How the layer starts unless a run's initialiser says otherwise: PyTorch's default. */
  init: 'kaiming_uniform_sqrt5' | 'bias_uniform' | 'ones' | 'zeros';
  /** For initialisers; 0 where it has no meaning. */
  fan_in: number;
  fan_out: number;
}

export interface LayerDefinition extends Definition {
  group: 'convolution' | 'linear' | 'normalisation' | 'activation' | 'pooling' | 'regularisation' | 'structure';
  /** Number of inputs (Add has 2). */
  arity: number;
  /** Output shape; throws `ModelError` with the shapes in words. Arguments are complete (defaults and inferred values filled in). */
  shape(args: Args, inputs: readonly Shape[]): Shape;
  /** Values of inferred arguments, e.g. { in_channels: 3 }. */
  infer?(inputs: readonly Shape[]): Args;
  params?(args: Args, inputs: readonly Shape[]): ParamSpec[];
  /** Multiply-accumulates of one sample's forward pass. */
  macs?(args: Args, inputs: readonly Shape[], output: Shape): number;
  /** Short text for the layer list, e.g. "3×3, padding 1, no bias". */
  describe?(args: Args): string;
}

export type Args = Readonly<Record<string, Value>>;

/** A layer of a model spec: PyTorch's class name and arguments; unknown arguments are errors. */
export interface LayerSpec {
  /** Prefix of its state-dict names; letters, digits, `_`, `.` and `-`. May contain dots ("3.conv1"). */
  id: string;
  type: string;
  /** Default: the layer before (or the input for the first). `'input'` names the model's input. */
  inputs?: readonly string[];
  readonly [arg: string]: Value | readonly string[] | undefined;
}

export interface ModelSpec {
  /** [C, H, W]. */
  input: readonly [number, number, number];
  layers: readonly LayerSpec[];
}

/** One layer after inference. */
export interface LayerInfo {
  id: string;
  type: string;
  /** Complete: defaults and inferred arguments filled in; pairs are [h, w]. */
  args: Args;
  /** Ids of the layers it reads; `'input'` is the model's input. */
  inputs: readonly string[];
  inputShapes: readonly Shape[];
  shape: Shape;
  params: readonly ParamSpec[];
  /** Number of trainable scalars. */
  parameters: number;
  macs: number;
}

export interface ModelInfo {
  input: readonly [number, number, number];
  layers: readonly LayerInfo[];
  /** Shape of the last layer: [classes]. */
  output: Shape;
  parameters: number;
  macs: number;
}

export interface OptimizerSpec {
  type: string;
  lr: number;
  readonly [arg: string]: Value;
}

export interface ScheduleSpec {
  /** 'constant', 'StepLR', 'CosineAnnealingLR' …; every one accepts `warmup_steps` (linear warm-up before it). */
  type: string;
  readonly [arg: string]: Value;
}

export interface InitSpec {
  /** 'default' (PyTorch's), 'kaiming_normal', 'kaiming_uniform', 'xavier_normal', 'xavier_uniform', 'zeros'. */
  type: string;
  readonly [arg: string]: Value;
}

export interface LossSpec {
  type: string;
  readonly [arg: string]: Value;
}

export interface DataSpec {
  /** 'digits', 'shapes', 'spirals', 'circles', 'xor', 'files' (dropped by the visitor; a link names them but cannot carry them). */
  type: string;
  readonly [arg: string]: Value;
}

export interface RunSpec {
  name: string;
  optimizer: OptimizerSpec;
  schedule?: ScheduleSpec;
  init?: InitSpec;
  /** Initial weights and order of batches; the experiment's seed when left out. */
  seed?: number;
  /** Another architecture than the experiment's: such runs are separate programs, stepped in turn. */
  model?: ModelSpec;
  /** Index into the palette; position when left out. */
  color?: number;
  hidden?: boolean;
}

/** Everything a link carries; everything `window.playground.experiment()` returns. */
export interface Experiment {
  name: string;
  /** One line: what to watch. */
  note?: string;
  model: ModelSpec;
  data: DataSpec;
  batch_size: number;
  loss: LossSpec;
  seed: number;
  /** How activations are stored between kernels; left out: float32. Sums, parameters and gradients are float32 either way. */
  activation_dtype?: 'float16';
  /** Validate every so many steps (by step, not by time, so that links reproduce curves). */
  eval_every: number;
  runs: readonly RunSpec[];
}

/** An error a visitor can act on: names the layer or field it is about. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  /** e.g. "model.layers.3.kernel_size" or "runs.0.optimizer.lr". */
  readonly path: string;
  /** Id of the layer, if it is about one. */
  readonly layer: string | undefined;
  constructor(message: string, path: string, layer?: string) {
    super(message);
    this.path = path;
    this.layer = layer;
  }
}
