/** The network, layer by layer: output shape and parameters of each, and what is in the way where something does not fit. */
import { ChevronDown, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { resolveData } from '../../model/datasets.ts';
import { misfit } from '../../model/experiment.ts';
import { formatCount, formatShape, formatSize } from '../../model/format.ts';
import type { ModelCheck } from '../../model/infer.ts';
import { layers as definitions, layerTypes } from '../../model/layers/index.ts';
import type { DataSpec, Experiment, ModelError } from '../../model/types.ts';
import { networks } from '../../model/zoo.ts';
import { addLayer, moveLayer, removeLayer, setModel } from '../../store/model.ts';
import { useConfig, useLive, useModelCheck } from '../hooks.ts';
import { Menu, MenuHeading, MenuItem } from '../primitives/Menu.tsx';
import { Panel } from '../primitives/Panel.tsx';
import { LayerRow } from './LayerRow.tsx';
import styles from './Model.module.css';
import { StepPlan } from './StepPlan.tsx';
import { useReorder } from './useReorder.ts';

export function ModelPanel({ className }: { className?: string }) {
  const experiment = useConfig((state) => state.experiment);
  const { model, data, runs } = experiment;
  const check = useModelCheck();
  const [open, setOpen] = useState<string | null>(null);
  const { listRef, dragging, target, grip } = useReorder((id, to) => moveLayer(id, to));
  const wrong = useMemo(() => check.error ?? misfitOf(check, data), [check, data]);
  const classes = useLive((live) => live.data?.classes.length);
  const own = runs.filter((run) => run.model).length;
  const move = (id: string, to: number): void => {
    moveLayer(id, to);
    // The row is another element after the move; focus goes with the layer.
    requestAnimationFrame(() => listRef.current?.querySelector<HTMLElement>(`[data-layer="${CSS.escape(id)}"] button`)?.focus());
  };

  return (
    <Panel
      name="Model"
      className={className}
      detail={check.info ? `${formatCount(check.info.parameters)} parameters · ${formatCount(check.info.macs)} MAC` : 'cannot be built'}
    >
      <ol ref={listRef} className={styles.layers} data-dragging={dragging !== null || undefined}>
        <li className={styles.input}>
          <span>Input</span>
          <span>{formatSize(model.input)}</span>
        </li>
        {model.layers.map((layer, i) => (
          <LayerRow
            key={layer.id}
            layer={layer}
            index={i}
            count={model.layers.length}
            info={check.layers[i]?.info}
            error={check.layers[i]?.error ?? (wrong?.layer === layer.id ? wrong : undefined)}
            before={model.layers.slice(0, i).map((l) => l.id)}
            open={open === layer.id}
            dragged={dragging === layer.id}
            mark={
              dragging !== null && target === i
                ? 'before'
                : dragging !== null && target === model.layers.length && i === target - 1
                  ? 'after'
                  : undefined
            }
            grip={grip(layer.id, i)}
            onToggle={() => setOpen(open === layer.id ? null : layer.id)}
            onMove={(to) => move(layer.id, to)}
            onRemove={() => removeLayer(layer.id)}
          />
        ))}
      </ol>
      {wrong && wrong.layer === undefined && (
        <p role="alert" className={styles.error}>
          {wrong.message}
        </p>
      )}
      {own > 0 && <p className={styles.note}>{own === 1 ? 'One run has' : `${own} runs have`} a network of its own instead.</p>}
      <div className={styles.foot}>
        <AddLayer onAdd={(type) => setOpen(addLayer(type, placeFor(type, experiment)))} />
        <Networks input={model.input} classes={classesOf(data, classes, check)} />
      </div>
      <StepPlan />
      <p className="unseen">Press Alt and arrow up or down on a layer to move it.</p>
    </Panel>
  );
}

/** The model in itself is fine; does it go with the data? */
function misfitOf({ info }: ModelCheck, data: DataSpec): ModelError | undefined {
  try {
    return info && misfit(info, data);
  } catch {
    // The data set's own arguments are wrong, and say so themselves.
    return undefined;
  }
}

/** Of the data set if it can tell, else what the worker found, else what the network has now. */
function classesOf(data: DataSpec, found: number | undefined, { info }: ModelCheck): number {
  try {
    return resolveData(data).classes?.length ?? found ?? info?.output[0] ?? 10;
  } catch {
    return found ?? 10;
  }
}

/** Before the last layer, which tells the classes apart; before Flatten, if the new one needs a picture. */
function placeFor(type: string, { model }: Experiment): number {
  const group = definitions[type]!.group;
  const flatten = model.layers.findIndex((layer) => layer.type === 'Flatten');
  const spatial = group === 'convolution' || group === 'pooling' || type === 'BatchNorm2d';
  return spatial && flatten >= 0 ? flatten : Math.max(0, model.layers.length - 1);
}

const GROUPS = [...new Set(layerTypes.map((type) => definitions[type]!.group))].map((group) => ({
  group,
  types: layerTypes.filter((type) => definitions[type]!.group === group),
}));

function AddLayer({ onAdd }: { onAdd: (type: string) => void }) {
  return (
    <Menu
      name="Add a layer"
      width={320}
      label={
        <>
          <Plus size={14} /> Layer
        </>
      }
    >
      {(close) =>
        GROUPS.map(({ group, types }) => (
          <div key={group} className={styles.group}>
            <MenuHeading>{`${group[0]!.toUpperCase()}${group.slice(1)}`}</MenuHeading>
            {types.map((type) => (
              <MenuItem
                key={type}
                title={type}
                note={definitions[type]!.summary}
                onSelect={() => {
                  close();
                  onAdd(type);
                }}
              />
            ))}
          </div>
        ))
      }
    </Menu>
  );
}

function Networks({ input, classes }: { input: readonly [number, number, number]; classes: number }) {
  return (
    <Menu
      align="end"
      width={340}
      label={
        <>
          Networks <ChevronDown size={14} />
        </>
      }
    >
      {(close) =>
        networks.map(({ id, label, summary, suits, build }) => (
          <MenuItem
            key={id}
            title={label}
            note={suits(input) ? summary : `Needs larger pictures than ${formatShape(input)}.`}
            disabled={!suits(input)}
            onSelect={() => {
              close();
              setModel(build(input, classes));
            }}
          />
        ))
      }
    </Menu>
  );
}
