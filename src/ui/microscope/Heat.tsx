/** A tensor as a matrix of cells, in which a weight is picked: by pointer, or by arrow keys. */
import { type KeyboardEvent, type PointerEvent, useMemo } from 'react';
import type { HeatMap } from '../../store/microscope.ts';
import styles from './Microscope.module.css';
import { coordinates } from './words.ts';

/** Shades of each sign. */
const LEVELS = 6;

interface HeatProps {
  heat: HeatMap;
  shape: readonly number[];
  /** State-dict name of the tensor. */
  name: string;
  index: number;
  onPick: (index: number) => void;
}

/** Squares of each shade, so that the style sheet may colour them: negative ones first, from strong to weak. */
function shades({ rows, cols, values }: HeatMap): string[] {
  const paths = Array.from({ length: 2 * LEVELS }, () => '');
  const most = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  for (let cell = 0; cell < rows * cols; cell++) {
    const share = most > 0 ? values[cell]! / most : 0;
    const level = Math.min(LEVELS, Math.ceil(Math.abs(share) * LEVELS));
    if (!(level > 0)) continue;
    paths[share < 0 ? LEVELS - level : LEVELS - 1 + level] += `M${cell % cols} ${Math.floor(cell / cols)}h1v1h-1z`;
  }
  return paths;
}

const MOVES: Readonly<Record<string, readonly [down: number, across: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function Heat({ heat, shape, name, index, onPick }: HeatProps) {
  const { rows, cols, indices } = heat;
  const length = shape.reduce((a, b) => a * b, 1);
  const height = shape.length > 1 ? shape[0]! : 1;
  const width = length / height;
  const paths = useMemo(() => shades(heat), [heat]);
  const row = Math.floor((Math.floor(index / width) * rows) / height);
  const col = Math.floor(((index % width) * cols) / width);

  const pick = (r: number, c: number): void => {
    if (r >= 0 && r < rows && c >= 0 && c < cols) onPick(indices[r * cols + c]!);
  };
  const key = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    pick(row + move[0], col + move[1]);
  };
  const press = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    pick(Math.floor(((event.clientY - box.top) / box.height) * rows), Math.floor(((event.clientX - box.left) / box.width) * cols));
  };
  return (
    <div
      className={styles.heat}
      style={{ width: 14 * cols, aspectRatio: `${cols} / ${rows}` }}
      role="slider"
      tabIndex={0}
      aria-label={`Weight of ${name}`}
      aria-valuemin={0}
      aria-valuemax={length - 1}
      aria-valuenow={index}
      aria-valuetext={`${name}[${coordinates(index, shape)}]`}
      onKeyDown={key}
      onPointerDown={press}
    >
      <svg viewBox={`0 0 ${cols} ${rows}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {paths.map((d, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: shades do not move
          <path key={i} d={d} data-sign={i < LEVELS ? '−' : '+'} fillOpacity={(i < LEVELS ? LEVELS - i : i - LEVELS + 1) / LEVELS} />
        ))}
        <rect x={col} y={row} width="1" height="1" vectorEffect="non-scaling-stroke" />
      </svg>
    </div>
  );
}
