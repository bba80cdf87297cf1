import { ClipboardCopy, Download, Table } from 'lucide-react';
import type { Group } from '../../model/verdict/groups.ts';
import type { Measure } from '../../model/verdict/measures.ts';
import { download, fileName } from '../../store/download.ts';
import { toast } from '../../store/toasts.ts';
import { useConfig } from '../hooks.ts';
import { Menu, MenuItem } from '../primitives/Menu.tsx';
import { verdictCsv, verdictMarkdown } from './table.ts';
import styles from './Verdict.module.css';

interface CopyMenuProps {
  rows: readonly Group[];
  best: Readonly<Record<Measure, ReadonlySet<string>>>;
  sentences: readonly string[];
}

async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Table copied as ${what}.`);
  } catch {
    toast('This page may not use the clipboard. Download the CSV instead.');
  }
}

export function CopyMenu({ rows, best, sentences }: CopyMenuProps) {
  const name = useConfig((state) => state.experiment.name);
  return (
    <Menu label="Copy" name="Copy the table" className={styles.copy} align="end">
      {(close) => {
        const choose = (action: () => void) => () => {
          close();
          action();
        };
        return (
          <>
            <MenuItem
              title="Copy as Markdown"
              icon={<Table size={15} />}
              onSelect={choose(() => void copy(verdictMarkdown(rows, best, sentences), 'Markdown'))}
            />
            <MenuItem
              title="Copy as CSV"
              note="Every seed, and the means"
              icon={<ClipboardCopy size={15} />}
              onSelect={choose(() => void copy(verdictCsv(rows), 'CSV'))}
            />
            <MenuItem
              title="Download CSV"
              icon={<Download size={15} />}
              onSelect={choose(() => download(fileName(`${name} verdict`, 'csv'), 'text/csv', verdictCsv(rows)))}
            />
          </>
        );
      }}
    </Menu>
  );
}
