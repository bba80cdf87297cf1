/** `npm run plan -- <preset or network> [batch] [--half]`: prints every dispatch of a training step with its FLOPs and bytes, and the totals. */
import { createServer } from 'vite';

const halves = process.argv.includes('--half');
const [name = 'optimizer-race', batch] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const server = await createServer({ configFile: false, server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' });
try {
  const load = (path) => server.ssrLoadModule(path);
  const [{ compile }, { reportPlan }, { inferModel }, { preset, presets }, { networks }, { resolveOptimizer }] = await Promise.all(
    ['engine/compile', 'engine/report', 'model/infer', 'model/presets', 'model/zoo', 'model/optimizers/index'].map((p) => load(`/src/${p}.ts`)),
  );
  const found = preset(name)?.experiment;
  const network = networks.find((n) => n.id === name);
  if (!found && !network) {
    console.error(
      `no preset or network named ${name}; presets: ${presets.map((p) => p.id).join(', ')}; networks: ${networks.map((n) => n.id).join(', ')}`,
    );
    process.exitCode = 1;
  } else {
    const input = [
      [3, 32, 32],
      [1, 28, 28],
      [2, 1, 1],
    ].find((shape) => !network || network.suits(shape));
    const model = found?.model ?? network.build(input, input[0] === 2 ? 2 : 10);
    const batch_size = Number(batch) || found?.batch_size || 128;
    const compiled = compile(inferModel(model), {
      batch_size,
      loss: { type: 'CrossEntropyLoss' },
      data: model.input[0] === 2 ? 'f32' : 'u8',
      halves,
    });
    const report = reportPlan(compiled, { type: 'Adam', args: resolveOptimizer({ type: 'Adam', lr: 1e-3 }) });
    const mega = (v) => (v / 1e6).toFixed(2).padStart(9);
    console.log(
      `${name}, batch ${batch_size}, Adam, one run${halves ? ', activations in 16 bits' : ''}\n${'dispatch'.padEnd(34)}${'workgroups'.padStart(10)}${'MFLOP'.padStart(10)}${'MB'.padStart(10)}`,
    );
    for (const d of report.dispatches)
      console.log(`${d.label.padEnd(34)}${String(d.groups).padStart(10)} ${mega(d.flops)} ${mega(d.bytes)}  ${d.shader}`);
    console.log(`\n${report.dispatches.length} dispatches, ${mega(report.flops).trim()} MFLOP and ${mega(report.bytes).trim()} MB moved a step`);
    console.log(`activations kept for backward ${mega(report.activations).trim()} MB, all buffers ${mega(report.memory).trim()} MB`);
  }
} finally {
  await server.close();
}
