import { expect, it } from 'vitest';
import { dataFile, dataPresent } from '../support/data.ts';

it.skipIf(!dataPresent)('serves real MNIST to browser tests, still compressed (needs MNIST)', async () => {
  const bytes = await dataFile('mnist/t10k-labels-idx1-ubyte.gz');
  expect([...bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  const labels = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
  expect(labels.byteLength).toBe(10_008);
});

it('answers 404 for a data file that is not there', async () => {
  await expect(dataFile('mnist/absent')).rejects.toThrow('404');
});
