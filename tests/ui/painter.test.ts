import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { curves } from '../../src/store/series.ts';
import type { AxisChoice, Fit } from '../../src/ui/charts/domains.ts';
import type { Line } from '../../src/ui/charts/lines.ts';
import type { PathsHandle } from '../../src/ui/charts/Paths.tsx';
import { Painter, type Scene, type Shown } from '../../src/ui/charts/painter.ts';
import type { Plot } from '../../src/ui/charts/path.ts';
import { LOSS } from '../../src/ui/charts/spec.ts';
import type { RunItem } from '../../src/ui/hooks.ts';

const STEP: AxisChoice = { axis: 'step', log: false, epochsPerStep: 0, samplesPerStep: 1 };
const SIZE = { width: 400, height: 200 };

const line = (id: string): Line => ({
  key: id,
  name: id,
  color: 0,
  grouped: false,
  runs: [{ id, name: id, color: 0, hidden: false, group: null, spec: { name: id, optimizer: { type: 'SGD', lr: 0.1 } } } satisfies RunItem],
});
const sceneOf = (runs: readonly string[], fit: Partial<Fit> = {}): Scene => ({
  spec: LOSS,
  lines: runs.map(line),
  earlier: [],
  fit: { choice: STEP, smoothing: 0, range: 'auto', zoom: { x: null, y: {} }, ...fit },
});

function append(run: string, from: number, to: number): void {
  const step = Uint32Array.from({ length: to - from }, (_, i) => from + i + 1);
  const of = (value: number): Float32Array => new Float32Array(step.length).fill(value);
  const train_loss = Float32Array.from(step, (s) => 1 + (s % 7));
  curves.append([{ run, step, train_loss, train_accuracy: of(0), lr: of(0.1), grad_norm: of(1), update_ratio: of(1), time: of(1) }], []);
}

/** A page on which the axes stand 40 pixels from the left and 20 from below, and show what React was given when they are told to. */
function page() {
  const drawn = new Map<string, string>();
  const handle: PathsHandle = {
    set: (key, d) => void drawn.set(key, d),
    clip: () => undefined,
    highlight: () => undefined,
    select: () => undefined,
    crosshair: null,
  };
  const asked: Shown[] = [];
  const painter = new Painter({ current: handle }, (shown) => asked.push(shown));
  const plotOf = ({ frame }: Shown): Plot => ({
    ...{ left: 40, top: 0, width: frame.width - 40, height: frame.height - 20, log: frame.log, logX: frame.logX },
    x: { min: frame.x0, max: frame.x1 },
    y: { min: frame.y0, max: frame.y1 },
  });
  const render = (): void => painter.onRendered(asked.at(-1)!);
  const axes = (): void => painter.onPlot(plotOf(asked.at(-1)!));
  return { drawn, asked, painter, render, axes };
}

/** All of it; returns in how many pieces. */
function paint(painter: Painter): number {
  const steps = painter.paint();
  let pieces = 1;
  while (!steps.next().done) pieces++;
  return pieces;
}

describe('the painter of a chart', () => {
  beforeEach(() => {
    vi.stubGlobal('requestAnimationFrame', () => 1);
    curves.clear();
    append('a', 0, 40);
    append('b', 0, 40);
  });
  afterEach(() => vi.unstubAllGlobals());

  /** One that shows two runs. */
  function shown(): ReturnType<typeof page> {
    const it = page();
    it.painter.want(sceneOf(['a', 'b']), SIZE);
    paint(it.painter);
    it.axes();
    it.render();
    paint(it.painter);
    return it;
  }

  it('asks for the axes first, and paints when they are there', () => {
    const { painter, asked, drawn, axes, render } = page();
    painter.want(sceneOf(['a']), SIZE);
    paint(painter);
    expect(asked).toHaveLength(1);
    expect(drawn.size).toBe(0);
    axes();
    render();
    paint(painter);
    expect(asked).toHaveLength(1);
    expect(drawn.get('a/0/line')).toMatch(/^M47/);
  });

  it('works on a run at a time', () => {
    const { painter } = shown();
    const two = paint(painter);
    curves.clear();
    for (const run of ['a', 'b', 'c', 'd']) append(run, 0, 40);
    painter.want(sceneOf(['a', 'b', 'c', 'd']), SIZE);
    expect(paint(painter)).toBeGreaterThanOrEqual(two + 4);
  });

  it('hears nothing of new points within the axes: only the paths change', () => {
    const { painter, asked, drawn } = shown();
    const before = drawn.get('a/0/line');
    append('a', 40, 45);
    paint(painter);
    expect(asked).toHaveLength(1);
    expect(drawn.get('a/0/line')).not.toBe(before);
  });

  it('changes axes and curves together', () => {
    const { painter, asked, drawn, axes, render } = shown();
    const before = drawn.get('a/0/line');
    append('a', 40, 400);
    paint(painter);
    expect(asked).toHaveLength(2);
    render();
    expect(drawn.get('a/0/line'), 'the axes still show the old range').toBe(before);
    axes();
    expect(drawn.get('a/0/line')).not.toBe(before);
  });

  it('keeps the axes for other lines, and paints them when their elements are there', () => {
    const { painter, asked, drawn, render } = shown();
    append('c', 0, 40);
    painter.want(sceneOf(['a', 'b', 'c']), SIZE);
    paint(painter);
    expect(asked).toHaveLength(2);
    expect(asked[1]!.frame).toBe(asked[0]!.frame);
    expect(drawn.has('c/0/line')).toBe(false);
    render();
    expect(drawn.get('c/0/line')).toMatch(/^M/);
  });

  it('finishes what it has begun although something else is wanted meanwhile', () => {
    const { painter, asked, drawn, axes, render } = shown();
    painter.want(sceneOf(['a', 'b'], { choice: { ...STEP, log: true } }), SIZE);
    const steps = painter.paint();
    steps.next();
    painter.want(sceneOf(['a', 'b'], { zoom: { x: { min: 10, max: 20 }, y: {} } }), SIZE);
    while (!steps.next().done);
    expect(asked.at(-1)!.frame.logX).toBe(true);
    axes();
    render();
    const logarithmic = drawn.get('a/0/line');
    paint(painter);
    expect(asked.at(-1)!.frame).toMatchObject({ x0: 10, x1: 20, logX: false });
    axes();
    render();
    expect(drawn.get('a/0/line')).not.toBe(logarithmic);
  });

  it('paints nothing while the chart is not to be seen, and all of it afterwards', () => {
    const { painter, drawn, axes, render } = shown();
    painter.sleep();
    drawn.clear();
    paint(painter);
    expect(drawn.size).toBe(0);
    painter.want(sceneOf(['a', 'b']), SIZE);
    axes();
    render();
    paint(painter);
    render();
    expect(drawn.get('b/0/line')).toMatch(/^M/);
  });
});
