/** From one update of a layer to what the page shows of it. */
import type { Compiled } from '../../engine/compile.ts';
import type { HeatMap, Histogram, HistogramName, Inspect, InspectedUpdate } from '../../worker/inspection.ts';
import { argsAt, type Lane, rateAt } from '../lane.ts';
import { histogram } from './histogram.ts';
import type { Layer } from './layer.ts';
import type { Update } from './look.ts';
import { muonMatrix, muonSingular } from './muon.ts';
import { cosine, norm } from './vectors.ts';
import { explainWeight } from './weight.ts';

/** Cells of a heat map. */
const ROWS = 32;
const COLS = 64;

/** The state array that plays each part; the first that an optimizer has. */
const FIRST = ['exp_avg', 'momentum_buffer', 'velocity'];
const ROOT = ['exp_avg_sq', 'square_avg', 'sum'];

const moved = ({ before, after }: Update): Float64Array => Float64Array.from(after, (w, i) => w - before[i]);

/** The learning rate that each weight really had; one without a gradient has none. */
const steps = (delta: Float64Array, { gradient }: Update): Float64Array =>
  Float64Array.from(delta, (d, i) => Math.abs(d / gradient[i])).filter((_, i) => gradient[i] !== 0);

function histogramsOf(update: Update, delta: Float64Array): InspectedUpdate['histograms'] {
  const { gradient, stateAfter } = update;
  const found = (names: readonly string[]): Float32Array | undefined => names.map((name) => stateAfter[name]).find((array) => array !== undefined);
  const root = found(ROOT)?.map(Math.sqrt);
  const all: readonly [HistogramName, ArrayLike<number> | undefined, boolean][] = [
    ['gradient', gradient, true],
    ['update', delta, true],
    ['first', found(FIRST), true],
    ['root', root, false],
    ['largest', stateAfter.exp_inf, false],
    ['step', steps(delta, update), false],
  ];
  return all.flatMap(([name, values, signed]): { name: HistogramName; histogram: Histogram }[] =>
    values ? [{ name, histogram: histogram(values, signed) }] : [],
  );
}

/** A tensor as a matrix, thinned to cells that each show their first weight. */
export function heatMap(values: Float32Array, shape: readonly number[]): HeatMap {
  const height = shape.length > 1 ? shape[0] : 1;
  const width = values.length / height;
  const [rows, cols] = [Math.min(height, ROWS), Math.min(width, COLS)];
  const indices = Uint32Array.from({ length: rows * cols }, (_, cell) => {
    const [row, col] = [Math.floor(cell / cols), cell % cols];
    return Math.ceil((row * height) / rows) * width + Math.ceil((col * width) / cols);
  });
  return { rows, cols, values: Float32Array.from(indices, (i) => values[i]), indices };
}

interface Look {
  compiled: Compiled;
  lane: Lane;
  /** Finished ones before the batch that makes the update. */
  step: number;
  layer: Layer;
  /** The other run's update, or why there is none. */
  compared: Update | string | null;
}

export function inspected({ compiled, lane, step, layer, compared }: Look, of: Inspect, update: Update): InspectedUpdate {
  const delta = moved(update);
  const downhill = update.gradient.map((g) => -g);
  const param = layer.params.find(({ name }) => name === of.param) ?? layer.params[0];
  const { start, entry } = param;
  const index = of.index % entry.length;
  const at = start + index;
  const size = norm(update.before);
  const matrix = lane.optimizer.type === 'Muon' ? muonMatrix(compiled, layer, lane.optimizer.args) : null;
  return {
    status: 'seen',
    step: step + 1,
    optimizer: lane.optimizer.type,
    params: layer.params.map(({ name, shape }) => ({ name, shape })),
    histograms: histogramsOf(update, delta).filter(({ name }) => !(matrix && name === 'root')),
    update_ratio: size > 0 ? norm(delta) / size : null,
    descent: cosine(delta, downhill),
    compared: compared === null || typeof compared === 'string' ? compared : (cosine(delta, moved(compared)) ?? 'one of the updates is zero'),
    singular: matrix && muonSingular(matrix, update, argsAt(lane, step), rateAt(lane, step)),
    heat: heatMap(update.before.subarray(start, start + entry.length), param.shape),
    weight: {
      index,
      gradient: update.gradient[at],
      before: update.before[at],
      after: update.after[at],
      steps: explainWeight(lane, step, update, { at, vector: param.shape.length < 2, matrix }),
    },
  };
}
