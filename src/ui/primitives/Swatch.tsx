/** A run's colour and dash pattern, as its curve is drawn. */
import { dashOf, runColor } from './palette.ts';

export function Swatch({ color, width = 20 }: { color: number; width?: number }) {
  return (
    <svg width={width} height="8" viewBox={`0 0 ${width} 8`} aria-hidden="true" focusable="false">
      <line x1="1" y1="4" x2={width - 1} y2="4" stroke={runColor(color)} strokeWidth="3" strokeDasharray={dashOf(color, 1)} />
    </svg>
  );
}
