/** The schedule of a run's learning rate over the next steps, on a log axis. */
import { useMemo } from 'react';
import { scheduleLr } from '../../model/schedules/index.ts';
import type { ScheduleSpec } from '../../model/types.ts';
import { runColor } from '../primitives/palette.ts';

const WIDTH = 56;
const HEIGHT = 16;
const POINTS = 56;
/** Shows two decades at most: what is below is as good as nothing. */
const DECADES = 2;

export function Sparkline({ schedule, lr, color }: { schedule: ScheduleSpec | undefined; lr: number; color: number }) {
  const d = useMemo(() => path(schedule, lr), [schedule, lr]);
  if (d === '') return null;
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Learning rate over ${horizon(schedule)} steps`}>
      <path d={d} fill="none" stroke={runColor(color)} strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}

/** As many steps as the schedule's own lengths ask for. */
export function horizon(schedule: ScheduleSpec | undefined): number {
  const { T_max, step_size, total_iters, warmup_steps } = (schedule ?? {}) as Record<string, unknown>;
  const number = (value: unknown, times = 1): number => (typeof value === 'number' ? value * times : 0);
  return Math.max(number(T_max), number(step_size, 3), number(total_iters, 1.2), number(warmup_steps, 3)) + number(warmup_steps) || 1000;
}

function path(schedule: ScheduleSpec | undefined, lr: number): string {
  if (!(lr > 0)) return '';
  try {
    const steps = horizon(schedule);
    // A constant rate is a line in the middle.
    if (!schedule || (schedule.type === 'constant' && !schedule.warmup_steps)) return `M0 ${HEIGHT / 2}H${WIDTH}`;
    let d = '';
    for (let i = 0; i <= POINTS; i++) {
      const share = scheduleLr(schedule, 1, Math.round((i / POINTS) * steps));
      const y = share > 0 ? Math.max(0, 1 + Math.log10(share) / DECADES) : 0;
      d += `${i === 0 ? 'M' : 'L'}${((i / POINTS) * WIDTH).toFixed(1)} ${(1 + (1 - Math.min(1, y)) * (HEIGHT - 2)).toFixed(1)}`;
    }
    return d;
  } catch {
    // An argument is being typed.
    return '';
  }
}
