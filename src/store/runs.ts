/** Edits of runs that know the definitions. */
import { describeOptimizer } from '../model/diff.ts';
import { optimizers, optimizerTypes } from '../model/optimizers/index.ts';
import { withRate } from '../model/rate.ts';
import type { OptimizerSpec, RunSpec, Value } from '../model/types.ts';
import { addRun, configStore, editRun, runOf } from './config.ts';

export const defaultLr = (type: string): number => optimizers[type]!.fields.find((field) => field.name === 'lr')!.default as number;

/** Another optimizer starts from its own defaults; a name that the visitor has not made up follows. */
export function chooseOptimizer(id: string, type: string): void {
  const run = runOf(id);
  if (!run || run.optimizer.type === type) return;
  const optimizer: OptimizerSpec = { type, lr: defaultLr(type) };
  editRun(id, { optimizer, ...(isGiven(run) && { name: optimizers[type]!.label }) });
}

/** Whether the name is one that we gave. */
function isGiven({ name, optimizer }: RunSpec): boolean {
  const plain = name.replace(/ \d+$/, '');
  return (
    plain === optimizers[optimizer.type]?.label ||
    plain === describe(optimizer) ||
    optimizerTypes.some((type) => optimizers[type]!.label === plain) ||
    NICKNAMES.has(plain)
  );
}

/** Names in our presets that only say which optimizer it is. */
const NICKNAMES = new Set(['Momentum', 'Nesterov', 'RMSProp', 'AdaGrad']);

function describe(optimizer: OptimizerSpec): string {
  try {
    return describeOptimizer(optimizer);
  } catch {
    return '';
  }
}

/** undefined takes the argument out, so that its default holds. */
export function setOptimizerArg(id: string, name: string, value: Value | undefined): void {
  const run = runOf(id);
  if (!run) return;
  const { [name]: _, ...rest } = run.optimizer;
  editRun(id, { optimizer: (value === undefined ? rest : { ...rest, [name]: value }) as OptimizerSpec }, `optimizer.${name}`);
}

/** One step for Undo, wherever the rate stands. */
export function setRate(id: string, lr: number): void {
  const run = runOf(id);
  if (!run) return;
  const { optimizer, schedule } = withRate(run, lr);
  editRun(id, { optimizer, schedule }, 'optimizer.lr');
}

type Part = 'schedule' | 'init';

/** The neutral choice ('constant', 'default') is left out, as in links. */
export function choosePart(id: string, part: Part, type: string): void {
  editRun(id, { [part]: type === 'constant' || type === 'default' ? undefined : { type } });
}

export function setPartArg(id: string, part: Part, name: string, value: Value | undefined): void {
  const spec = runOf(id)?.[part] ?? { type: part === 'schedule' ? 'constant' : 'default' };
  const { [name]: _, ...rest } = spec;
  const next = (value === undefined ? rest : { ...rest, [name]: value }) as NonNullable<RunSpec[Part]>;
  const neutral = Object.keys(next).length === 1 && (next.type === 'constant' || next.type === 'default');
  editRun(id, { [part]: neutral ? undefined : next }, `${part}.${name}`);
}

/** One more run: the first optimizer that is not in the race, else a copy of the last. */
export function addAnyRun(): string {
  const { runs } = configStore.getState().experiment;
  const used = new Set(runs.map((run) => run.optimizer.type));
  const type = optimizerTypes.find((t) => !used.has(t)) ?? 'SGD';
  return addRun({ name: optimizers[type]!.label, optimizer: { type, lr: defaultLr(type) } });
}
