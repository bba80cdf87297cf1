/** What one can take from a chart. */
import { Download, Ellipsis, FileImage, FileSpreadsheet, Table } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { download, fileName } from '../../store/download.ts';
import { useConfig, useEpochsPerStep, useRuns, useVisibleRuns } from '../hooks.ts';
import { Menu, MenuItem } from '../primitives/Menu.tsx';
import styles from './chart.module.css';
import { exportPng, exportSvg } from './export.ts';
import { curvesCsv } from './table.ts';

const TableDialog = lazy(() => import('./TableDialog.tsx').then((module) => ({ default: module.TableDialog })));

/** `chart`: name of the chart that the pictures are of. */
export function ChartMenu({ chart }: { chart: string }) {
  const [table, setTable] = useState(false);
  const title = useConfig((state) => state.experiment.name);
  const runs = useRuns();
  const visible = useVisibleRuns();
  const epochsPerStep = useEpochsPerStep();
  const choose = (close: () => void, action: () => void) => () => {
    close();
    action();
  };
  const saveCsv = (): void => void curvesCsv(runs, epochsPerStep).then((blob) => download(fileName(title, 'csv'), 'text/csv', blob));
  return (
    <>
      <Menu label={<Ellipsis size={16} />} name={`${chart} chart menu`} className={styles.icon} align="end">
        {(close) => (
          <>
            <MenuItem title="Values as a table" icon={<Table size={15} />} onSelect={choose(close, () => setTable(true))} />
            <MenuItem title="Download CSV" icon={<FileSpreadsheet size={15} />} onSelect={choose(close, saveCsv)} />
            <MenuItem title="Download PNG" icon={<FileImage size={15} />} onSelect={choose(close, () => void exportPng(chart, title, visible))} />
            <MenuItem title="Download SVG" icon={<Download size={15} />} onSelect={choose(close, () => exportSvg(chart, title, visible))} />
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
