/** What all runs share besides data and model. */
import { activationDtype, experimentFields } from '../../model/experiment.ts';
import { losses } from '../../model/losses/index.ts';
import { editExperiment } from '../../store/config.ts';
import { useConfig } from '../hooks.ts';
import { FieldInput } from '../primitives/FieldInput.tsx';
import { Panel } from '../primitives/Panel.tsx';
import styles from './Training.module.css';

export function TrainingPanel({ className }: { className?: string }) {
  const { loss, seed, eval_every, activation_dtype } = useConfig((state) => state.experiment);
  const definition = losses[loss.type];
  const types = Object.values(losses);
  return (
    <Panel name="Training" className={className} detail={definition?.label}>
      <div className={styles.form}>
        {types.length > 1 && (
          <label className={styles.row}>
            <span>loss</span>
            <select value={loss.type} onChange={(event) => editExperiment({ loss: { type: event.target.value } })}>
              {types.map(({ type, label }) => (
                <option key={type} value={type}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
        <FieldInput field={experimentFields.seed} value={seed} onChange={(value) => editExperiment({ seed: value as number })} />
        <FieldInput field={experimentFields.eval_every} value={eval_every} onChange={(value) => editExperiment({ eval_every: value as number })} />
        {/* What few visitors look for, unless it is in use: the network has more need of the room. */}
        <details className={styles.more} open={activation_dtype !== undefined || Object.keys(loss).length > 1}>
          <summary>more</summary>
          {definition?.fields.map((field) => (
            <FieldInput
              key={field.name}
              field={field}
              value={loss[field.name]}
              of="loss"
              onChange={(value) => editExperiment({ loss: { ...loss, [field.name]: value } }, field.name)}
            />
          ))}
          <FieldInput
            field={activationDtype}
            value={activation_dtype}
            onChange={(value) => editExperiment({ activation_dtype: value === 'float16' ? value : undefined })}
          />
        </details>
      </div>
    </Panel>
  );
}
