/** What the main thread of a page did, from a trace: its longest task, and on request where the time of that task went. */

const TASK = 'ThreadControllerImpl::RunTask';
const QUICK = ['toplevel', '__metadata'];
/** Tells more, and costs more. */
const THOROUGH = [...QUICK, 'devtools.timeline', 'disabled-by-default-v8.cpu_profiler', 'v8', 'blink'];

/**
 * Runs `act` under a trace.
 * @returns milliseconds of the tasks: `longest` as the clock has it, `computed` as the thread's own time (without waiting for the compositor, or
 * for a core that somebody else has); `long`: how many took over 50 ms; `share` of the main thread in %; `seconds`; with `thorough` also `where`.
 */
export async function traced(browser, page, act, { thorough = false } = {}) {
  await browser.startTracing(page, { categories: thorough ? THOROUGH : QUICK });
  const began = performance.now();
  await act();
  const seconds = (performance.now() - began) / 1000;
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const threads = new Set(traceEvents.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map(threadOf));
  const main = traceEvents.filter((e) => threads.has(threadOf(e)));
  // Those in which the profiler itself begins are not the page's.
  const begins = main.filter((e) => e.name === 'CpuProfiler::StartProfiling');
  const tasks = main.filter((e) => e.dur && e.name === TASK && !begins.some((b) => b.ts >= e.ts && b.ts < e.ts + e.dur));
  const own = tasks.map((e) => (e.tdur ?? e.dur) / 1000);
  const wall = tasks.map((e) => e.dur / 1000);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), 0);
  const share = (100 * own.reduce((a, b) => a + b, 0)) / seconds / 1000;
  const figures = { longest: most(wall), computed: most(own), long: wall.filter((ms) => ms > 50).length, share, seconds };
  return thorough ? { ...figures, where: where(traceEvents, main, tasks) } : figures;
}

const threadOf = (event) => `${event.pid}/${event.tid}`;

/** Of the three longest tasks: what was in them by the browser's own names, and which functions ran, as lines of text. */
function where(all, main, tasks) {
  const samples = profile(all);
  return [...tasks]
    .sort((a, b) => b.dur - a.dur)
    .slice(0, 3)
    .map((task) => {
      const end = task.ts + task.dur;
      const inside = main.filter((e) => e.dur >= 500 && e !== task && e.tid === task.tid && e.ts >= task.ts && e.ts + e.dur <= end);
      const named = sums(inside.map((e) => [e.name, e.dur / 1000]));
      const functions = sums(samples.filter(({ ts }) => ts >= task.ts && ts < end).map(({ name, ms }) => [name, ms]));
      const say = (list) =>
        list
          .slice(0, 14)
          .map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
          .join(', ');
      return `${(task.dur / 1000).toFixed(1)} ms (${((task.tdur ?? 0) / 1000).toFixed(1)} computing)\n  ${say(named)}\n  functions: ${say(functions)}`;
    });
}

function sums(pairs) {
  const total = new Map();
  for (const [name, ms] of pairs) total.set(name, (total.get(name) ?? 0) + ms);
  return [...total].sort((a, b) => b[1] - a[1]);
}

/** Samples of the profiler: time, self time and function. */
function profile(all) {
  const result = [];
  const starts = new Map(all.filter((e) => e.name === 'Profile').map((e) => [`${e.pid}/${e.id}`, e.args.data.startTime]));
  const nodes = new Map();
  for (const e of all.filter((e) => e.name === 'ProfileChunk').sort((a, b) => a.ts - b.ts)) {
    const key = `${e.pid}/${e.id}`;
    const known = nodes.get(key) ?? new Map();
    nodes.set(key, known);
    const { cpuProfile, timeDeltas = [] } = e.args.data;
    for (const { id, callFrame } of cpuProfile?.nodes ?? []) known.set(id, callFrame);
    let ts = starts.get(key);
    for (const [i, id] of (cpuProfile?.samples ?? []).entries()) {
      ts += timeDeltas[i];
      const { functionName, url = '', lineNumber } = known.get(id) ?? { functionName: '?' };
      const at = url ? ` ${url.replace(/.*\/|-[\w-]{8}\.js/g, '')}:${lineNumber + 1}` : '';
      result.push({ ts, ms: timeDeltas[i] / 1000, name: `${functionName || 'anonymous'}${at}` });
    }
    starts.set(key, ts);
  }
  return result;
}
