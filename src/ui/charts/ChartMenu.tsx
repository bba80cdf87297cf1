/** What one can take from a chart. */
import { Download, Ellipsis, FileImage, FileSpreadsheet, Table } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { download, fileName } from '../../store/download.ts';
import { useConfig, useEpochsPerStep, useRuns } from '../hooks.ts';
import { Menu, MenuItem } from '../primitives/Menu.tsx';
import styles from './chart.module.css';
import { useLines } from './useScene.ts';

const TableDialog = lazy(() => import('./TableDialog.tsx').then((module) => ({ default: module.TableDialog })));

/** `chart`: name of the chart that the pictures are of. */
export function ChartMenu({ chart }: { chart: string }) {
  const [table, setTable] = useState(false);
  const title = useConfig((state) => state.experiment.name);
  const runs = useRuns();
  const lines = useLines();
  const epochsPerStep = useEpochsPerStep();
  const choose = (close: () => void, action: () => void) => () => {
    close();
    action();
  };
  const saveCsv = async (): Promise<void> => {
    const { curvesCsv } = await import('./table.ts');
    download(fileName(title, 'csv'), 'text/csv', await curvesCsv(runs, epochsPerStep));
  };
  const savePicture = async (kind: 'exportPng' | 'exportSvg'): Promise<void> => (await import('./export.ts'))[kind](chart, title, lines);
  return (
    <>
      <Menu label={<Ellipsis size={16} />} name={`${chart} chart menu`} className={styles.icon} align="end">
        {(close) => (
          <>
            <MenuItem title="Values as a table" icon={<Table size={15} />} onSelect={choose(close, () => setTable(true))} />
            <MenuItem title="Download CSV" icon={<FileSpreadsheet size={15} />} onSelect={choose(close, () => void saveCsv())} />
            <MenuItem title="Download PNG" icon={<FileImage size={15} />} onSelect={choose(close, () => void savePicture('exportPng'))} />
            <MenuItem title="Download SVG" icon={<Download size={15} />} onSelect={choose(close, () => void savePicture('exportSvg'))} />
          </>
        )}
      </Menu>
      {table && (
        <Suspense>
          <TableDialog onClose={() => setTable(false)} />
        </Suspense>
      )}
    </>
  );
}
