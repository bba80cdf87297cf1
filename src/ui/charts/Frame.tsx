/**
 * Axes and grid by recharts, drawn again only when a quantised domain or the size changes; what is inside comes by a context, so that other lines
 * do not draw the axes again, and is filled by reference. A `<Line>` a run would cost recharts 70–130 ms at 400 points and 8 runs, ten times a
 * second.
 */
import { createContext, memo, type ReactNode, use, useLayoutEffect } from 'react';
import { CartesianGrid, LineChart, usePlotArea, useXAxisScale, useYAxisScale, XAxis, YAxis } from 'recharts';
import { formatCount, formatNumber } from '../../model/format.ts';
import type { XAxis as XAxisKind } from '../../store/view.ts';
import type { Plot } from './path.ts';
import { type Domain, linearTicks, logTicks, valueAt } from './scale.ts';

/** What a frame shows: plain values, so that equal ones are known. */
export interface FrameOf {
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
}

interface FrameProps extends FrameOf {
  /** Told where the plot area is once the axes show this. */
  onPlot: (plot: Plot) => void;
}

/** What stands inside the frame. */
export const InsideContext = createContext<ReactNode>(null);

const MARGIN = { top: 6, right: 18, bottom: 0, left: 0 };
const X_UNITS: Record<XAxisKind, (x: number) => string> = {
  step: (x) => formatCount(x),
  epoch: (x) => formatNumber(x),
  time: (x) => `${formatNumber(x)} s`,
  samples: (x) => formatCount(x),
};
/**
 * An axis without a graphical item takes its scale from data, and a `<Line>` that draws nothing would bring 12 kB gzipped with it. Which ones does
 * not matter, since the domains are given: the same ones for good, or recharts would draw everything again for them.
 */
const CORNERS = [
  { x: 1, y: 1 },
  { x: 2, y: 2 },
];
const AXIS_LINE = { stroke: 'var(--line)' };
const percentTick = (y: number): string => `${Number((y * 100).toPrecision(4))}`;

export const Frame = memo(function Frame({ width, height, x0, x1, y0, y1, log, logX, percent, axis, onPlot }: FrameProps) {
  const rows = Math.max(2, Math.floor(height / 40));
  const y = { min: y0, max: y1 };
  const columns = Math.max(2, Math.floor(width / 80));
  const xTicks = logX ? logTicks({ min: x0, max: x1 }, columns) : linearTicks({ min: x0, max: x1 }, columns);
  const yTicks = log ? logTicks(y, rows) : linearTicks(y, rows);
  return (
    <LineChart width={width} height={height} data={CORNERS} margin={MARGIN} accessibilityLayer={false}>
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
        axisLine={AXIS_LINE}
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
      <Inside x0={x0} x1={x1} y0={y0} y1={y1} log={log} logX={logX} onPlot={onPlot} />
    </LineChart>
  );
});

type InsideProps = Pick<FrameProps, 'x0' | 'x1' | 'y0' | 'y1' | 'log' | 'logX' | 'onPlot'>;

function Inside({ x0, x1, y0, y1, log, logX, onPlot }: InsideProps) {
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  useLayoutEffect(() => {
    if (!area || !xScale || !yScale) return;
    const [x, y] = [
      { min: x0, max: x1 },
      { min: y0, max: y1 },
    ];
    // Recharts hears of new axes in one frame and draws them in the next.
    if (!shows(xScale, x, logX, area.x, area.x + area.width) || !shows(yScale, y, log, area.y + area.height, area.y)) return;
    onPlot({ left: area.x, top: area.y, width: area.width, height: area.height, x, y, log, logX });
  }, [area, xScale, yScale, x0, x1, y0, y1, log, logX, onPlot]);
  return <g>{use(InsideContext)}</g>;
}

/** Whether a scale is the one that takes this domain to these pixels. */
function shows(scale: (value: number) => number | undefined, domain: Domain, log: boolean, from: number, to: number): boolean {
  return [0, 0.5, 1].every((share) => Math.abs((scale(valueAt(domain, share, log)) ?? Number.NaN) - (from + share * (to - from))) < 0.5);
}
