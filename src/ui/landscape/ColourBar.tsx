/** Which colour is which loss. */
import { useId } from 'react';
import { formatLoss } from '../../model/format.ts';
import { viridis } from '../../model/viridis.ts';
import type { Plot } from '../charts/path.ts';
import { logTicks } from '../charts/scale.ts';
import { BAR } from './frame.ts';
import { type Range, shareOf } from './scale.ts';

const STOPS = 16;

const css = (word: number): string => `rgb(${word & 255} ${(word >> 8) & 255} ${(word >> 16) & 255})`;

/** Ticks between the ends, apart from them; the ends themselves. */
function barTicks(range: Range): number[] {
  const inside = logTicks(range, 7).filter((tick) => shareOf(tick, range) > 0.05 && shareOf(tick, range) < 0.95);
  return [range.min, ...inside, range.max];
}

export function ColourBar({ plot, range }: { plot: Plot; range: Range }) {
  const id = useId();
  const x = plot.left + plot.width + BAR.gap;
  return (
    <g>
      <linearGradient id={id} x1={0} x2={0} y1={1} y2={0}>
        {Array.from({ length: STOPS + 1 }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: stops do not move
          <stop key={i} offset={i / STOPS} stopColor={css(viridis[Math.round((255 * i) / STOPS)]!)} />
        ))}
      </linearGradient>
      <rect x={x} y={plot.top} width={BAR.width} height={plot.height} fill={`url(#${CSS.escape(id)})`} rx={2} />
      <text x={x + BAR.width / 2} y={plot.top + plot.height + 29} textAnchor="middle">
        training loss
      </text>
      {barTicks(range).map((tick) => (
        <text key={tick} x={x + BAR.width + 5} y={plot.top + plot.height * (1 - shareOf(tick, range)) + 4}>
          {formatLoss(tick)}
        </text>
      ))}
    </g>
  );
}
