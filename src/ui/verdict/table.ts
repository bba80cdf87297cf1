/** The verdict as text: Markdown for people, CSV for spreadsheets. */
import { type Cell, type Cells, type Contestant, type Group, shownValue } from '../../model/verdict/groups.ts';
import { formatHalf, formatMeasure, MEASURES, type Measure, type Measures, measures, unit } from '../../model/verdict/measures.ts';
import { csv } from '../../store/csv.ts';

/** "98.6 ± 0.4"; without the error where there is none, or where it says nothing of the run. */
export const cellText = (group: Group, of: Measure): CellText => textOf(group.cells[of], of, shownValue(group, of));

/** Of the averaged weights; empty where the cost of the run is meant. */
export function averagedText(group: Group, of: Measure): CellText {
  const cell = group.averaged?.[of];
  return cell && MEASURES[of].judged ? textOf(cell, of, cell.mean) : { value: '', half: '', share: '' };
}

export interface CellText {
  value: string;
  half: string;
  share: string;
}

function textOf({ mean, half, n, of: all }: Cell, of: Measure, shown: number): CellText {
  const share = n > 0 && n < all ? `${n} of ${all}` : '';
  if (!MEASURES[of].judged || !Number.isFinite(half)) return { value: formatMeasure(of, shown), half: '', share };
  return { value: formatMeasure(of, mean), half: formatHalf(of, half), share };
}

/** "98.6 ± 0.4 (2 of 3)". */
const inLine = ({ value, half, share }: CellText): string =>
  [half === '' ? value : `${value} ± ${half}`, share && `(${share})`].filter(Boolean).join(' ');

const heading = (of: Measure): string => (unit(of) === '' || unit(of) === 'steps' ? MEASURES[of].name : `${MEASURES[of].name} (${unit(of)})`);

/** Names come from links: nothing in them is markup. */
const markdown = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|~#]/g, '\\$&');

/** A row a group, as the table shows it, then the sentences; the best cell of a column is bold. */
export function verdictMarkdown(
  groups: readonly Group[],
  best: Readonly<Record<Measure, ReadonlySet<string>>>,
  sentences: readonly string[],
): string {
  const head = ['run', 'seeds', ...measures.map(heading)];
  const rows = groups.flatMap((group) => [
    [
      markdown(group.name),
      String(group.members.length),
      ...measures.map((of) => {
        const text = inLine(cellText(group, of));
        return best[of].has(group.key) ? `**${text}**` : text;
      }),
    ],
    ...(group.averaged ? [[`${markdown(group.name)}, averaged weights`, '', ...measures.map((of) => inLine(averagedText(group, of)))]] : []),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, i) => (i === 0 ? '---' : '---:')));
  return [line(head), rule, ...rows.map(line), '', ...sentences.flatMap((sentence) => [markdown(sentence), ''])].join('\n');
}

/**
 * A row a run, and before the runs of a group one with their means and the half-widths of the 95 % intervals. Averaged weights are rows of their
 * own after it ("averaged" in the column of weights). Values in base units.
 */
export function verdictCsv(groups: readonly Group[]): string {
  const head = ['group', 'run', 'weights', 'seed', 'runs', 'step', 'diverged at', ...measures.flatMap((of) => [of, `${of} ± 95 %`])];
  const rows = groups.flatMap((group) => {
    const runs = group.members.flatMap((run) => runRows(group.name, run));
    if (group.members.length === 1) return runs;
    return [meanRow(group, 'trained', group.cells), ...(group.averaged ? [meanRow(group, 'averaged', group.averaged)] : []), ...runs];
  });
  return csv([head, ...rows]);
}

type Weights = 'trained' | 'averaged';

function meanRow({ name, counted }: Group, weights: Weights, cells: Cells): (string | number)[] {
  return [name, 'mean', weights, '', counted.length, '', '', ...measures.flatMap((of) => [cells[of].mean, cells[of].half])];
}

function runRows(group: string, run: Contestant): (string | number)[][] {
  const row = (weights: Weights, values: Measures): (string | number)[] => [
    group,
    run.name,
    weights,
    run.seed,
    1,
    run.step,
    run.diverged ?? '',
    ...measures.flatMap((of) => [values[of], '']),
  ];
  return [row('trained', run.values), ...(run.averaged ? [row('averaged', run.averaged)] : [])];
}
