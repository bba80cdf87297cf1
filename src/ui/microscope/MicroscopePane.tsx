/** The inside of the next update: a layer's numbers, and one weight's way through the optimizer's formula. */
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { checkModel } from '../../model/infer.ts';
import type { LayerInfo, ModelSpec } from '../../model/types.ts';
import { tell } from '../../store/engine.ts';
import { type Choice, choose, type InspectedUpdate, microscopeStore } from '../../store/microscope.ts';
import { type RunItem, useConfig, useLive, useRuns } from '../hooks.ts';
import { NumberField } from '../primitives/NumberField.tsx';
import { Panel } from '../primitives/Panel.tsx';
import { Explanation } from './Explanation.tsx';
import { Heat } from './Heat.tsx';
import { Histograms } from './Histograms.tsx';
import styles from './Microscope.module.css';
import { Singular } from './Singular.tsx';
import { coordinates, digits } from './words.ts';

/** Layers with something to learn. */
function useLayers(model: ModelSpec): readonly LayerInfo[] {
  return useMemo(() => checkModel(model).info?.layers.filter((layer) => layer.params.some((p) => p.kind === 'parameter')) ?? [], [model]);
}

interface Chosen {
  run: RunItem | undefined;
  compare: RunItem | undefined;
  layer: LayerInfo | undefined;
  param: string;
  index: number;
}

/** The choice as far as it still exists, else the first there is. */
function resolve({ run, compare, layer, param, index }: Choice, runs: readonly RunItem[], layers: readonly LayerInfo[]): Chosen {
  const found = runs.find((item) => item.id === run) ?? runs.find((item) => !item.hidden) ?? runs[0];
  const own = layers.find((item) => item.id === layer) ?? layers[0];
  const params = own?.params.filter((p) => p.kind === 'parameter') ?? [];
  const tensor = params.find((p) => p.name === param) ?? params[0];
  const length = tensor?.shape.reduce((a, b) => a * b, 1) ?? 1;
  return {
    run: found,
    compare: runs.find((item) => item.id === compare && item !== found),
    layer: own,
    param: tensor?.name ?? 'weight',
    index: index < length ? index : 0,
  };
}

export function MicroscopePane() {
  const runs = useRuns();
  const model = useConfig((state) => state.experiment.model);
  const choice = useStore(microscopeStore, (state) => state.choice);
  const run = runs.find((item) => item.id === choice.run) ?? runs.find((item) => !item.hidden) ?? runs[0];
  const layers = useLayers(run?.spec.model ?? model);
  const chosen = resolve(choice, runs, layers);
  const ready = useLive((live) => live.phase === 'ready');
  const { param, index } = chosen;
  const [runId, compareId, layerId] = [chosen.run?.id, chosen.compare?.id ?? null, chosen.layer?.id];
  useEffect(() => {
    if (!ready || runId === undefined || layerId === undefined) return;
    tell({ type: 'inspect', inspect: { run: runId, compare: compareId, layer: layerId, param, index } });
  }, [ready, runId, compareId, layerId, param, index]);
  useEffect(() => () => tell({ type: 'inspect', inspect: null }), []);
  return (
    <div className={styles.pane}>
      <Chooser runs={runs} layers={layers} chosen={chosen} />
      <Seen chosen={chosen} />
    </div>
  );
}

function Chooser({ runs, layers, chosen }: { runs: readonly RunItem[]; layers: readonly LayerInfo[]; chosen: Chosen }) {
  return (
    <Panel name="Microscope" title="The next update">
      <div className={styles.choices}>
        <label>
          Run
          <select aria-label="Run" value={chosen.run?.id ?? ''} onChange={(event) => choose({ run: event.target.value })}>
            {runs.map((run) => (
              <option key={run.id} value={run.id}>
                {run.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Layer
          <select
            aria-label="Layer"
            disabled={layers.length === 0}
            value={chosen.layer?.id ?? ''}
            onChange={(event) => choose({ layer: event.target.value, param: null, index: 0 })}
          >
            {layers.map((layer) => (
              <option key={layer.id} value={layer.id}>
                {layer.id} · {layer.type}
              </option>
            ))}
          </select>
        </label>
        <label>
          Compare with
          <select aria-label="Compare with" value={chosen.compare?.id ?? ''} onChange={(event) => choose({ compare: event.target.value || null })}>
            <option value="">no other run</option>
            {runs
              .filter((run) => run !== chosen.run)
              .map((run) => (
                <option key={run.id} value={run.id}>
                  {run.name}
                </option>
              ))}
          </select>
        </label>
      </div>
      <Facts chosen={chosen} />
    </Panel>
  );
}

/** What was seen of the chosen run and layer; null while it is awaited. */
function useInspection({ run, layer }: Chosen) {
  return useStore(microscopeStore, ({ event }) => (event && event.of.run === run?.id && event.of.layer === layer?.id ? event.inspection : null));
}

function Facts({ chosen }: { chosen: Chosen }) {
  const inspection = useInspection(chosen);
  if (inspection?.status !== 'seen') return null;
  const { step, optimizer, update_ratio, descent, compared } = inspection;
  return (
    <dl className={styles.facts}>
      <Fact name="Step" hint="the update that comes next" value={`${step}, by ${optimizer}`} />
      <Fact name="Update ÷ weights" hint="‖Δw‖ ÷ ‖w‖; usual: about 1e-3" value={update_ratio === null ? '–' : digits(update_ratio, 3)} />
      <Fact name="Cosine to downhill" hint="1: along −gradient, 0: across it" value={descent === null ? '–' : descent.toFixed(3).replace('-', '−')} />
      {chosen.compare && compared !== null && (
        <Fact
          name={`Cosine to ${chosen.compare.name}`}
          hint="1: both updates point one way"
          value={typeof compared === 'number' ? compared.toFixed(3).replace('-', '−') : compared}
        />
      )}
    </dl>
  );
}

function Fact({ name, hint, value }: { name: string; hint: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd className={styles.hint}>{hint}</dd>
    </div>
  );
}

function Seen({ chosen }: { chosen: Chosen }) {
  const inspection = useInspection(chosen);
  const ready = useLive((live) => live.phase === 'ready');
  if (inspection?.status === 'seen') {
    return (
      <>
        <Panel name="Numbers of the layer" detail="the higher a bar, the more weights; logarithmic axes">
          <Histograms histograms={inspection.histograms} />
        </Panel>
        {inspection.singular !== null && (
          <Panel name="Singular values" detail="of the layer’s matrix, before and after Muon makes it orthogonal">
            <Singular values={inspection.singular} />
          </Panel>
        )}
        <WeightPanel chosen={chosen} seen={inspection} />
      </>
    );
  }
  return (
    <p role="status" className={styles.empty}>
      {!inspection && (chosen.layer ? (ready ? 'Looking …' : 'The microscope opens when the network is ready.') : 'This network has no weights.')}
      {inspection?.status === 'frozen' &&
        `${chosen.run?.name ?? 'This run'} was frozen before step ${inspection.step}: a number was no longer finite. Its weights stay as they were, and there is no next update.`}
      {inspection?.status === 'diverges' &&
        `Step ${inspection.step} meets a number that is not finite: it will freeze ${chosen.run?.name ?? 'this run'} instead of making an update.`}
      {inspection?.status === 'nothing' && inspection.why}
    </p>
  );
}

function WeightPanel({ chosen, seen }: { chosen: Chosen; seen: InspectedUpdate }) {
  const { param, layer, index } = chosen;
  const tensor = seen.params.find((p) => p.name === param) ?? seen.params[0];
  if (!tensor || !layer) return null;
  const name = `${layer.id}.${tensor.name}`;
  const last = tensor.shape.reduce((a, b) => a * b, 1) - 1;
  return (
    <Panel
      name="Explain this update"
      detail={`${name}[${coordinates(seen.weight.index, tensor.shape)}]`}
      tools={
        <>
          <select aria-label="Tensor" value={tensor.name} onChange={(event) => choose({ param: event.target.value, index: 0 })}>
            {seen.params.map((p) => (
              <option key={p.name} value={p.name}>
                {p.name} · {p.shape.join('×')}
              </option>
            ))}
          </select>
          <NumberField label="Index of the weight" value={index} whole min={0} max={last} width={72} onCommit={(value) => choose({ index: value })} />
        </>
      }
    >
      <div className={styles.weight}>
        <Heat heat={seen.heat} shape={tensor.shape} name={name} index={index} onPick={(picked) => choose({ index: picked })} />
        <div className={styles.explanation}>
          <p className={styles.pick}>
            {seen.heat.values.length < last + 1 ? 'Too many weights for a cell each: a cell shows the first of its own, ' : 'A cell is a weight, '}
            <span className={styles.key} data-sign="−" /> negative or <span className={styles.key} /> positive. Pick one with the pointer, with the
            arrow keys, or by its index.
          </p>
          <Explanation weight={seen.weight} />
        </div>
      </div>
    </Panel>
  );
}
