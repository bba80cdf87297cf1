/** What is trained on: a look at it, how much of it, and the way in for one's own files. */
import { useMemo } from 'react';
import { datasets } from '../../model/datasets.ts';
import { experimentFields } from '../../model/experiment.ts';
import { formatCount, formatSize } from '../../model/format.ts';
import { editExperiment } from '../../store/config.ts';
import { chooseData, editData } from '../../store/data.ts';
import { useConfig, useLive } from '../hooks.ts';
import { FieldInput } from '../primitives/FieldInput.tsx';
import { NumberField } from '../primitives/NumberField.tsx';
import { Panel } from '../primitives/Panel.tsx';
import styles from './Data.module.css';
import { FilesMenu } from './Files.tsx';
import { Thumbnails } from './Thumbnails.tsx';

export function DataPanel({ className }: { className?: string }) {
  const spec = useConfig((state) => state.experiment.data);
  const batch = useConfig((state) => state.experiment.batch_size);
  const summary = useLive((live) => live.data);
  const definition = datasets[spec.type];
  const fields = useMemo(() => definition?.fields.filter((field) => field.kind !== 'text') ?? [], [definition]);
  const split = fields.filter((field) => field.name.endsWith('samples'));
  const more = fields.filter((field) => !field.name.endsWith('samples'));
  return (
    <Panel name="Data" className={className} detail={summary ? formatSize(summary.shape) : undefined} tools={<FilesMenu />}>
      <Thumbnails />
      <div className={styles.form}>
        <label className={styles.row}>
          <span>data set</span>
          <select value={spec.type} title={definition?.summary} onChange={(event) => chooseData(event.target.value)}>
            {Object.values(datasets).map(({ type, label }) => (
              <option key={type} value={type} disabled={type === 'files' && spec.type !== 'files'}>
                {type === 'files' && spec.type === 'files' && typeof spec.name === 'string' && spec.name ? spec.name : label}
              </option>
            ))}
          </select>
        </label>
        {split.length > 0 && (
          <div className={styles.row}>
            <span title={split.length > 1 ? 'For training, and for validation' : 'For training and validation together'}>
              {split.length > 1 ? 'train + validation' : 'samples'}
            </span>
            <span className={styles.split}>
              {split.map(({ name, min, max, help, default: otherwise }) => (
                <NumberField
                  key={name}
                  label={`data ${name}`}
                  value={(spec[name] ?? otherwise) as number}
                  whole
                  min={min}
                  max={max}
                  log
                  help={`${name}: ${help}`}
                  width={62}
                  onCommit={(value) => editData(name, value)}
                />
              ))}
            </span>
          </div>
        )}
        {split.length < 2 && summary && (
          <p className={styles.row}>
            <span>training · validation</span>
            {formatCount(summary.train)} · {formatCount(summary.validation)}
          </p>
        )}
        <FieldInput field={experimentFields.batch_size} value={batch} onChange={(value) => editExperiment({ batch_size: value as number })} />
        {more.length > 0 && (
          <details className={styles.more}>
            <summary>more</summary>
            {more.map((field) => (
              <FieldInput key={field.name} field={field} value={spec[field.name]} of="data" onChange={(value) => editData(field.name, value)} />
            ))}
          </details>
        )}
      </div>
    </Panel>
  );
}
