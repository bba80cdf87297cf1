/** One layer: closed it says what it is and gives, open it is a form drawn from its definition. */
import { ArrowDown, ArrowUp, GripVertical, Trash2 } from 'lucide-react';
import type { HTMLAttributes, KeyboardEvent } from 'react';
import { complete } from '../../model/fields.ts';
import { formatCount, formatSize } from '../../model/format.ts';
import { layers as definitions } from '../../model/layers/index.ts';
import type { Args, Field, LayerInfo, LayerSpec, ModelError, Value } from '../../model/types.ts';
import { setLayerArg, setLayerInputs } from '../../store/model.ts';
import { About } from '../primitives/About.tsx';
import { FieldInput } from '../primitives/FieldInput.tsx';
import styles from './Model.module.css';

interface LayerRowProps {
  layer: LayerSpec;
  index: number;
  count: number;
  info: LayerInfo | undefined;
  error: ModelError | undefined;
  /** Ids of the layers before it. */
  before: readonly string[];
  open: boolean;
  dragged: boolean;
  mark: 'before' | 'after' | undefined;
  grip: HTMLAttributes<HTMLElement>;
  onToggle: () => void;
  onMove: (to: number) => void;
  onRemove: () => void;
}

export function LayerRow({ layer, index, count, info, error, before, open, dragged, mark, grip, onToggle, onMove, onRemove }: LayerRowProps) {
  const definition = definitions[layer.type];
  const formId = `layer-${layer.id}`;
  const key = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    onMove(index + (event.key === 'ArrowUp' ? -1 : 1));
  };
  const words = info && definition?.describe?.(info.args);
  return (
    <li
      className={styles.layer}
      data-layer={layer.id}
      data-open={open || undefined}
      data-dragged={dragged || undefined}
      data-mark={mark}
      data-wrong={error ? true : undefined}
    >
      <div className={styles.head}>
        <span className={styles.grip} aria-hidden="true" {...grip}>
          <GripVertical size={14} />
        </span>
        <button
          type="button"
          className={styles.summary}
          aria-expanded={open}
          aria-controls={formId}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
          onClick={onToggle}
          onKeyDown={key}
        >
          <span className={styles.type}>
            {layer.type} <span className={styles.words}>{words}</span>
          </span>
          <span className={styles.shape}>{info ? formatSize(info.shape) : error ? '' : '?'}</span>
          <span className={styles.params}>{info && info.parameters > 0 ? formatCount(info.parameters) : ''}</span>
        </button>
      </div>
      {error && (
        <p role="alert" className={styles.error}>
          {error.message}
        </p>
      )}
      {open && (
        <div id={formId} className={styles.form}>
          <div className={styles.actions}>
            <span className={styles.id} title="Name in the state dict">
              {layer.id}
            </span>
            <button type="button" aria-label={`Move ${layer.id} up`} disabled={index === 0} onClick={() => onMove(index - 1)}>
              <ArrowUp size={14} />
            </button>
            <button type="button" aria-label={`Move ${layer.id} down`} disabled={index === count - 1} onClick={() => onMove(index + 1)}>
              <ArrowDown size={14} />
            </button>
            <button type="button" aria-label={`Remove ${layer.id}`} onClick={onRemove}>
              <Trash2 size={14} />
            </button>
          </div>
          {definition && <LayerForm layer={layer} fields={definition.fields} args={info?.args ?? given(layer)} />}
          {(definition?.arity ?? 1) > 1 && <Inputs layer={layer} arity={definition!.arity} before={before} />}
          {definition && <About definition={definition} />}
        </div>
      )}
    </li>
  );
}

/** Arguments of a layer that could not be inferred. */
function given(layer: LayerSpec): Args {
  const { id: _, type, inputs: __, ...args } = layer;
  return complete(definitions[type]!, args as Args);
}

function LayerForm({ layer, fields, args }: { layer: LayerSpec; fields: readonly Field[]; args: Args }) {
  const asked = fields.filter((field) => !field.inferred);
  const control = (field: Field) => (
    <FieldInput
      key={field.name}
      field={field}
      of={layer.id}
      value={layer[field.name] as Value | undefined}
      fallback={args[field.name]}
      onChange={(value) => setLayerArg(layer.id, field.name, value)}
    />
  );
  const more = asked.filter((field) => field.advanced);
  return (
    <>
      {asked.filter((field) => !field.advanced).map(control)}
      {more.length > 0 && (
        <details open={more.some((field) => layer[field.name] !== undefined)}>
          <summary className={styles.more}>more</summary>
          {more.map(control)}
        </details>
      )}
    </>
  );
}

function Inputs({ layer, arity, before }: { layer: LayerSpec; arity: number; before: readonly string[] }) {
  const current = layer.inputs ?? [];
  return Array.from({ length: arity }, (_, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: inputs are told apart by their place
    <label key={i} className={styles.branch}>
      <span>input {i + 1}</span>
      <select
        value={current[i] ?? ''}
        onChange={(event) =>
          setLayerInputs(
            layer.id,
            Array.from({ length: arity }, (_, k) => (k === i ? event.target.value : (current[k] ?? 'input'))),
          )
        }
      >
        {['input', ...before].map((id) => (
          <option key={id}>{id}</option>
        ))}
        {current[i] !== undefined && current[i] !== 'input' && !before.includes(current[i]) && <option>{current[i]}</option>}
      </select>
    </label>
  ));
}
