/** What a layer makes of a sample: a row a run, a column a channel, live. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { tell } from '../../store/engine.ts';
import { mapsStore } from '../../store/live.ts';
import { setView } from '../../store/view.ts';
import { useLive, useModelCheck, useSize, useView, useVisibleRuns } from '../hooks.ts';
import { NumberField } from '../primitives/NumberField.tsx';
import { Panel } from '../primitives/Panel.tsx';
import { LABEL_WIDTH, layout } from './layout.ts';
import styles from './Maps.module.css';
import { Rows } from './Rows.tsx';

const NO_CLASSES: readonly string[] = [];

export function FeatureMapsPanel({ className }: { className?: string }) {
  const check = useModelCheck();
  const runs = useVisibleRuns();
  const { layer: chosen, sample } = useView((view) => ({ layer: view.layer, sample: view.sample }));
  const { ready, validation, classes } = useLive((live) => ({
    ready: live.phase === 'ready',
    validation: live.data?.validation ?? 0,
    classes: live.data?.classes ?? NO_CLASSES,
  }));
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const choices = useMemo(() => (check.info?.layers ?? []).filter((layer) => layer.shape.length === 3 || layer.shape.length === 1), [check]);
  const layer =
    choices.find((choice) => choice.id === chosen) ??
    choices.find((choice) => choice.type === 'Conv2d') ??
    choices.find((choice) => choice.type !== 'Flatten');
  const total = layer?.shape[0] ?? 0;
  const name = useStore(mapsStore, ({ event }) => (event && event.layer === layer?.id ? (classes[event.label] ?? String(event.label)) : null));
  const grid = useMemo(
    () => layout({ width, height, rows: runs.length, total, flat: layer?.shape.length === 1 }),
    [width, height, runs.length, total, layer],
  );
  const shown = width > LABEL_WIDTH && layer !== undefined;

  const id = layer?.id;
  const { channels } = grid;
  useEffect(() => {
    if (!ready) return;
    tell({ type: 'watch', watch: shown && id !== undefined ? { layer: id, sample, channels } : null });
  }, [ready, shown, id, sample, channels]);

  const turn = (by: number): void => {
    if (validation > 0) setView({ sample: (sample + by + validation) % validation });
  };
  return (
    <Panel
      name="Feature maps"
      className={className}
      detail={[name !== null && `sample of class ${name}`, total > channels && `${channels} of ${total} channels`].filter(Boolean).join(' · ')}
      tools={
        <>
          <select
            className={styles.layer}
            aria-label="Layer of the feature maps"
            disabled={choices.length === 0}
            value={layer?.id ?? ''}
            onChange={(event) => setView({ layer: event.target.value })}
          >
            {choices.map((choice) => (
              <option key={choice.id} value={choice.id}>
                {choice.id} · {choice.shape.join('×')}
              </option>
            ))}
          </select>
          <span className={styles.sample}>
            <button type="button" aria-label="Sample before" disabled={validation === 0} onClick={() => turn(-1)}>
              <ChevronLeft size={15} />
            </button>
            <NumberField
              label="Validation sample"
              value={sample}
              whole
              min={0}
              max={Math.max(0, validation - 1)}
              width={48}
              onCommit={(value) => setView({ sample: value })}
            />
            <button type="button" aria-label="Next sample" disabled={validation === 0} onClick={() => turn(1)}>
              <ChevronRight size={15} />
            </button>
          </span>
        </>
      }
    >
      <div ref={box} className={styles.box}>
        {shown && <Rows runs={runs} layer={layer.id} grid={grid} />}
      </div>
    </Panel>
  );
}
