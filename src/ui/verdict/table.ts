/** The verdict as text: Markdown for people, CSV for spreadsheets. */
import { type Group, shownValue } from '../../model/verdict/groups.ts';
import { formatHalf, formatMeasure, MEASURES, type Measure, measures, unit } from '../../model/verdict/measures.ts';
import { csv } from '../../store/csv.ts';

/** "98.6 ± 0.4"; without the error where there is none, or where it says nothing of the run. */
export function cellText(group: Group, of: Measure): { value: string; half: string; share: string } {
  const { mean, half, n, of: all } = group.cells[of];
  const share = n > 0 && n < all ? `${n} of ${all}` : '';
  if (!MEASURES[of].judged || !Number.isFinite(half)) return { value: formatMeasure(of, shownValue(group, of)), half: '', share };
  return { value: formatMeasure(of, mean), half: formatHalf(of, half), share };
}

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
  const rows = groups.map((group) => [
    markdown(group.name),
    String(group.members.length),
    ...measures.map((of) => {
      const { value, half, share } = cellText(group, of);
      const text = [half === '' ? value : `${value} ± ${half}`, share && `(${share})`].filter(Boolean).join(' ');
      return best[of].has(group.key) ? `**${text}**` : text;
    }),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, i) => (i === 0 ? '---' : '---:')));
  return [line(head), rule, ...rows.map(line), '', ...sentences.flatMap((sentence) => [markdown(sentence), ''])].join('\n');
}

/** A row a run, and before the runs of a group one with their means and the half-widths of the 95 % intervals. Values in base units. */
export function verdictCsv(groups: readonly Group[]): string {
  const head = ['group', 'run', 'seed', 'runs', 'step', 'diverged at', ...measures.flatMap((of) => [of, `${of} ± 95 %`])];
  const rows = groups.flatMap((group) => {
    const mean = [
      group.name,
      'mean',
      '',
      group.counted.length,
      ...blank(2),
      ...measures.flatMap((of) => [group.cells[of].mean, group.cells[of].half]),
    ];
    const runs = group.members.map((run) => [
      group.name,
      run.name,
      run.seed,
      1,
      run.step,
      run.diverged ?? '',
      ...measures.flatMap((of) => [run.values[of], '']),
    ]);
    return group.members.length > 1 ? [mean, ...runs] : runs;
  });
  return csv([head, ...rows]);
}

const blank = (n: number): string[] => new Array<string>(n).fill('');
