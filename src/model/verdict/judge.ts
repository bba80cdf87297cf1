/** The verdict in one plain sentence: who is ahead, by how much, and whether that is more than luck. */
import { holm, type PairedDifference, pairedDifference } from '../stats.ts';
import { type Group, ranked } from './groups.ts';
import { formatMeasure, MEASURES, type Measure, unit } from './measures.ts';

/**
 * `waiting`: nothing to compare yet; `alone`: one contestant; `uneven`: they stand at different steps; `luck`: one seed each;
 * `unpaired`: several seeds, fewer than two shared; `level`: equal means; `apart`: larger than the noise; `noise`: within it.
 */
export interface Judgement {
  kind: 'waiting' | 'alone' | 'uneven' | 'luck' | 'unpaired' | 'level' | 'apart' | 'noise';
  text: string;
}

/** Two-sided: a difference this sure is called larger than the noise. */
const SURE = 0.05;
/** Runs in turns are never quite at the same step; one that has come this far of the other's way may be compared. */
const EVEN = 0.9;

/** The two best by this measure; what is said of the others is whether the best leads them by more than the noise, too. */
export function judge(groups: readonly Group[], of: Measure): Judgement {
  if (groups.length < 2) return { kind: 'alone', text: 'One contestant: add a run with other settings to compare.' };
  const [first, second, ...others] = ranked(groups, of);
  if (!first || !second) return { kind: 'waiting', text: waiting(groups, of) };
  if (!even(first, second)) {
    const steps = stepsOf(first, second);
    const span = `${Math.min(...steps)} to ${Math.max(...steps)}`;
    return { kind: 'uneven', text: `${first.name} and ${second.name} stand at different steps (${span}): not to be compared yet.` };
  }
  const gap = Math.abs(first.cells[of].mean - second.cells[of].mean);
  if (gap === 0) return { kind: 'level', text: `${first.name} and ${second.name} are level: ${stands(first, of)}.` };
  return compare(first, [second, ...others], of, gap);
}

const stepsOf = (a: Group, b: Group): number[] => [...a.counted, ...b.counted].map((run) => run.validated);

function even(a: Group, b: Group): boolean {
  const steps = stepsOf(a, b);
  return Math.min(...steps) >= EVEN * Math.max(...steps);
}

function waiting(groups: readonly Group[], of: Measure): string {
  if (groups.every((group) => group.counted.every((run) => run.validated === 0))) return 'No validation yet: the table fills as they come.';
  const able = ranked(groups, of);
  if (MEASURES[of].kind !== 'steps' && MEASURES[of].kind !== 'seconds')
    return able[0] ? `Only ${able[0].name} has a value to judge by.` : 'Nothing to judge by yet.';
  return able[0]
    ? `Only ${able[0].name} has reached the target with every seed: ${stands(able[0], of)}.`
    : 'None has reached the target with every seed.';
}

/** The lead of one group over another, seed by seed; positive is better. `p`: as if no other pair had been looked at, and corrected for them. */
interface Lead extends PairedDifference {
  over: Group;
  corrected: number;
}

/**
 * The best was picked for being best, so its leads over all others count as one family: comparing each with the best needs as many corrections as
 * there are others (Hsu, "Constrained Simultaneous Confidence Intervals for Multiple Comparisons with the Best", 1984). Pairs that cannot be
 * tested count, too: the best was picked among them.
 */
function leads(first: Group, others: readonly Group[], of: Measure): [Lead, ...Lead[]] {
  const sign = MEASURES[of].better === 'high' ? 1 : -1;
  const found = others.map((over) => {
    const pairs = even(first, over) ? pairsOf(first, over, of) : [];
    const column = (i: 0 | 1): number[] => pairs.map((pair) => sign * pair[i]);
    return { over, ...pairedDifference(column(0), column(1)), n: pairs.length };
  });
  const corrected = holm(found.map(({ p }) => p));
  return found.map((lead, i) => ({ ...lead, corrected: corrected[i]! })) as [Lead, ...Lead[]];
}

const isApart = ({ mean, corrected }: Lead): boolean => mean > 0 && corrected < SURE;

function compare(first: Group, others: readonly [Group, ...Group[]], of: Measure, gap: number): Judgement {
  const [second] = others;
  const ahead = (amount: string): string => `${first.name} is ahead of ${second.name} by ${amount}`;
  if (first.counted.length === 1 && second.counted.length === 1) {
    return { kind: 'luck', text: `${ahead(amountOf(of, gap))}. One seed each: this may be luck.` };
  }
  const [lead, ...rest] = leads(first, others, of);
  if (lead.n < 2) {
    const few = lead.n === 0 ? 'they share no seed' : 'they share one seed only';
    return { kind: 'unpaired', text: `${ahead(amountOf(of, gap))} on average, but ${few}: with the same seeds for both, it could be judged.` };
  }
  if (lead.mean <= 0) {
    return { kind: 'noise', text: `${ahead(amountOf(of, gap))} on average, but not over the ${lead.n} seeds that they share: within the noise.` };
  }
  const words = `${ahead(amountOf(of, lead.mean, lead.half))} over ${lead.n} paired seeds`;
  const p = certainty(lead, others.length + 1);
  const more = overOthers(rest.filter(isApart), isApart(lead));
  return isApart(lead)
    ? { kind: 'apart', text: `${words}: larger than the noise (${p}).${more}` }
    : { kind: 'noise', text: `${words}: within the noise (${p}). More seeds or longer runs would tell.${more}` };
}

/** "p = 0.01"; of several contestants what the picking costs, and where that decides, what would stand there without it. */
function certainty({ p, corrected }: Lead, contestants: number): string {
  if (contestants === 2) return formatP(p);
  const alone = p < SURE && corrected >= SURE ? `; ${formatP(p)} for this pair alone` : '';
  return `${formatP(corrected)}, corrected for picking the best of ${contestants}${alone}`;
}

function overOthers(apart: readonly Lead[], too: boolean): string {
  if (apart.length === 0) return '';
  const names = apart.map(({ over }) => over.name);
  const whom = names.length > 3 ? `${names.length} others` : names.join(', ').replace(/, ([^,]*)$/, ' and $1');
  return ` Its ${apart.length === 1 ? 'lead' : 'leads'} over ${whom} ${apart.length === 1 ? 'is' : 'are'} larger than the noise${too ? ', too' : ''}.`;
}

/** Values of the runs that share a seed; both groups count each seed once. */
function pairsOf(a: Group, b: Group, of: Measure): [number, number][] {
  const others = new Map(b.counted.map((run) => [run.seed, run.values[of]]));
  return a.counted.flatMap((run) => {
    const other = others.get(run.seed);
    return other === undefined ? [] : [[run.values[of], other] as [number, number]];
  });
}

const stands = (group: Group, of: Measure): string => {
  const { kind, name } = MEASURES[of];
  const value = formatMeasure(of, group.cells[of].mean);
  return kind === 'steps' || kind === 'seconds' ? `${value} ${name}` : `${name} ${value} ${unit(of)}`.trim();
};

/** "1.2 ± 0.4 points of best validation accuracy", "0.031 in best validation loss", "75 ± 20 steps to the target". */
function amountOf(of: Measure, value: number, half = Number.NaN): string {
  const { kind, name } = MEASURES[of];
  const scale = kind === 'accuracy' ? 100 : 1;
  const amount = formatPlusMinus(value * scale, half * scale);
  if (kind === 'accuracy') return `${amount} points of ${name}`;
  return kind === 'loss' ? `${amount} in ${name}` : `${amount} ${name}`;
}

/** The error with two digits and the value with as many decimals; without an error, three digits of the value. */
export function formatPlusMinus(value: number, half: number): string {
  const short = (x: number, decimals: number): string => x.toFixed(Math.min(20, Math.max(0, decimals)));
  const decimalsOf = (x: number, digits: number): number => digits - 1 - Math.floor(Math.log10(Math.abs(x)));
  if (!Number.isFinite(value)) return formatMeasure('final_loss', value);
  if (!Number.isFinite(half)) return value === 0 ? '0' : String(Number(value.toPrecision(3)));
  if (half === 0) return `${value === 0 ? '0' : Number(value.toPrecision(3))} ± 0`;
  const decimals = decimalsOf(half, 2);
  return `${short(value, decimals)} ± ${short(half, decimals)}`;
}

const formatP = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${Number(p.toPrecision(2))}`);

/** What a reader of the table must know, a sentence each. */
export function notesOn(groups: readonly Group[]): string[] {
  const averaged = groups.some((group) => group.averaged) ? ['Averaged weights (EMA) stand beside those that train and are not ranked.'] : [];
  return [...groups.flatMap(notesOnGroup), ...averaged];
}

function notesOnGroup({ name, members, counted }: Group): string[] {
  const lost = members.filter((run) => run.diverged !== null);
  const twins = members.length - lost.length - counted.length;
  const many = members.length > 1;
  const where = lost.map((run) => `${many ? `seed ${run.seed} ` : ''}at step ${run.diverged}`).join(', ');
  const out = many ? `: ${lost.length} of ${members.length} runs, left out of the mean` : ': not ranked';
  return [
    ...(lost.length > 0 ? [`${name} diverged ${where}${out}.`] : []),
    ...(twins > 0 ? [`${name}: runs with the same seed are the same run and count once.`] : []),
  ];
}
