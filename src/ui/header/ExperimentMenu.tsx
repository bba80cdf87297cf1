/** Named experiments, one line each. */
import { ChevronDown } from 'lucide-react';
import { Fragment } from 'react';
import { presetGroups } from '../../model/presets.ts';
import { open } from '../../store/actions.ts';
import { editExperiment } from '../../store/config.ts';
import { useConfig } from '../hooks.ts';
import { TextField } from '../primitives/FieldInput.tsx';
import { Menu, MenuHeading, MenuItem } from '../primitives/Menu.tsx';
import styles from './Header.module.css';

export function ExperimentMenu() {
  const name = useConfig((state) => state.experiment.name);
  return (
    <Menu
      name={`Experiment: ${name}`}
      width={420}
      className={styles.experiment}
      label={
        <>
          <span>{name}</span>
          <ChevronDown size={14} />
        </>
      }
    >
      {(close) => (
        <>
          <div className={styles.rename}>
            <span aria-hidden="true">Name</span>
            <TextField name="Experiment name" className={styles.renameField} value={name} onChange={(next) => editExperiment({ name: next })} />
          </div>
          {presetGroups.map(({ title, presets }) => (
            <Fragment key={title}>
              <MenuHeading>{title}</MenuHeading>
              {presets.map(({ id, experiment }) => (
                <MenuItem
                  key={id}
                  title={experiment.name}
                  note={experiment.note}
                  current={experiment.name === name}
                  onSelect={() => {
                    close();
                    open(experiment, experiment.name);
                  }}
                />
              ))}
            </Fragment>
          ))}
          <MenuHeading>Without a network</MenuHeading>
          <a className={styles.page} href="./surfaces.html">
            <strong>Surface lab</strong>
            <span>The same optimizers on a ravine, a saddle, Rosenbrock’s valley and other surfaces of two parameters.</span>
          </a>
        </>
      )}
    </Menu>
  );
}
