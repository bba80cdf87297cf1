/** Our own adapter: the public library, as another page would use it. */
import { createTrainer } from '../../src/index.ts';
import { dataOf, optimizerOf, translate } from './model.ts';
import type { Case, Optimizer, Workload } from './types.ts';

async function descent(workload: Workload, optimizer: Optimizer): Promise<Case> {
  const { model, params } = translate(workload);
  const trainer = await createTrainer({
    model,
    runs: [{ optimizer: optimizerOf(optimizer) }],
    data: dataOf(workload),
    batch_size: workload.batch,
    shuffle: false,
  });
  await trainer.loadStateDict(0, { ...(await trainer.stateDict(0)), ...params });
  return {
    async step(n) {
      const [losses] = await trainer.step(n);
      return losses[n - 1];
    },
    dispose: () => trainer.destroy(),
  };
}

Object.assign(window, { __bench: { libraries: { 'descent/webgpu': descent }, versions: {} } });
