/** Named beginnings, one line each. */
import { ChevronDown } from 'lucide-react';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { scenes } from '../../model/surfaces/scenes.ts';
import { currentScene, openScene, surfaceStore } from '../../store/surfaces.ts';
import { Menu, MenuHeading, MenuItem } from '../primitives/Menu.tsx';
import styles from './Surfaces.module.css';

export function SceneMenu() {
  const lab = useStore(surfaceStore, (state) => state.lab);
  const current = useMemo(() => currentScene(lab), [lab]);
  const name = current ? `${current.scene.name}${current.changed ? ', changed' : ''}` : 'Own scene';
  return (
    <>
      <Menu
        name={`Scene: ${name}`}
        width={420}
        className={styles.scene}
        label={
          <>
            <span>{name}</span>
            <ChevronDown size={14} />
          </>
        }
      >
        {(close) => (
          <>
            <MenuHeading>Scenes</MenuHeading>
            {scenes.map((scene) => (
              <MenuItem
                key={scene.id}
                title={scene.name}
                note={scene.note}
                current={scene === current?.scene && !current.changed}
                onSelect={() => {
                  close();
                  openScene(scene);
                }}
              />
            ))}
          </>
        )}
      </Menu>
      {current && <p className={styles.note}>{current.scene.note}</p>}
    </>
  );
}
