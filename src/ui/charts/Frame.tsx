/**
 * Axes and grid by recharts, drawn again only when a quantised domain or the size changes; what is inside draws itself through a reference to the
 * scales. A `<Line>` a run would cost recharts 70–130 ms at 400 points and 8 runs, ten times a second.
 */
import { memo, type ReactNode, useLayoutEffect } from 'react';
import { CartesianGrid, LineChart, usePlotArea, useXAxisScale, useYAxisScale, XAxis, YAxis } from 'recharts';
import { formatCount, formatNumber } from '../../model/format.ts';
import type { XAxis as XAxisKind } from '../../store/view.ts';
import type { Plot } from './path.ts';
import { linearTicks, logTicks } from './scale.ts';

interface FrameProps {
  width: number;
  height: number;
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  log: boolean;
  logX: boolean;
  percent: boolean;
  axis: XAxisKind;
  /** Told where the plot area is and what it shows. */
  onPlot: (plot: Plot) => void;
  children: ReactNode;
}

const MARGIN = { top: 6, right: 18, bottom: 0, left: 0 };
const X_UNITS: Record<XAxisKind, (x: number) => string> = {
  step: (x) => formatCount(x),
  epoch: (x) => formatNumber(x),
  time: (x) => `${formatNumber(x)} s`,
  samples: (x) => formatCount(x),
};
const percentTick = (y: number): string => `${Number((y * 100).toPrecision(4))}`;

export const Frame = memo(function Frame({ width, height, x0, x1, y0, y1, log, logX, percent, axis, onPlot, children }: FrameProps) {
  const rows = Math.max(2, Math.floor(height / 40));
  const y = { min: y0, max: y1 };
  const columns = Math.max(2, Math.floor(width / 80));
  const xTicks = logX ? logTicks({ min: x0, max: x1 }, columns) : linearTicks({ min: x0, max: x1 }, columns);
  const yTicks = log ? logTicks(y, rows) : linearTicks(y, rows);
  // Two corner points, and a dataKey on both axes: an axis without a graphical item takes its scale from them, and a `<Line>` that draws nothing
  // would bring 12 kB gzipped with it.
  const corners = [
    { x: x0, y: y0 },
    { x: x1, y: y1 },
  ];
  return (
    <LineChart width={width} height={height} data={corners} margin={MARGIN} accessibilityLayer={false}>
      <CartesianGrid vertical={false} stroke="var(--grid)" />
      <XAxis
        dataKey="x"
        type="number"
        domain={[x0, x1]}
        scale={logX ? 'log' : 'linear'}
        allowDataOverflow
        ticks={xTicks}
        interval={0}
        tickFormatter={X_UNITS[axis]}
        tickLine={false}
        axisLine={{ stroke: 'var(--line)' }}
        height={22}
        tickMargin={4}
      />
      <YAxis
        dataKey="y"
        type="number"
        domain={[y0, y1]}
        scale={log ? 'log' : 'linear'}
        allowDataOverflow
        ticks={yTicks}
        interval={0}
        tickFormatter={percent ? percentTick : formatNumber}
        tickLine={false}
        axisLine={false}
        width={46}
      />
      <Inside x0={x0} x1={x1} y0={y0} y1={y1} log={log} logX={logX} onPlot={onPlot}>
        {children}
      </Inside>
    </LineChart>
  );
});

type InsideProps = Pick<FrameProps, 'x0' | 'x1' | 'y0' | 'y1' | 'log' | 'logX' | 'onPlot' | 'children'>;

function Inside({ x0, x1, y0, y1, log, logX, onPlot, children }: InsideProps) {
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  useLayoutEffect(() => {
    if (!area || !xScale || !yScale) return;
    const [left, right, bottom, top] = [xScale(x0), xScale(x1), yScale(y0), yScale(y1)];
    if (left === undefined || right === undefined || bottom === undefined || top === undefined) return;
    onPlot({ left, top, width: right - left, height: bottom - top, x: { min: x0, max: x1 }, y: { min: y0, max: y1 }, log, logX });
  }, [area, xScale, yScale, x0, x1, y0, y1, log, logX, onPlot]);
  return <g>{children}</g>;
}
