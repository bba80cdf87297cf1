import { useState } from 'react';
import { useStore } from 'zustand';
import { type BenchmarkGroup, labStore, runBenchmark } from '../../store/lab.ts';
import { LabPage } from './LabPage.tsx';
import { kernelsTable, stepsTable } from './tables.ts';

const GROUPS: readonly [BenchmarkGroup, string][] = [
  ['kernels', 'Kernels'],
  ['steps', 'Training steps'],
];

export function BenchPage() {
  const { state, kernels, steps } = useStore(labStore);
  const [groups, setGroups] = useState<readonly BenchmarkGroup[]>(['kernels', 'steps']);
  const options = GROUPS.map(([group, label]) => (
    <label key={group}>
      <input
        type="checkbox"
        checked={groups.includes(group)}
        disabled={state === 'running'}
        onChange={({ target }) => setGroups(GROUPS.map(([g]) => g).filter((g) => (g === group ? target.checked : groups.includes(g))))}
      />
      {label}
    </label>
  ));
  return (
    <LabPage
      title="Benchmark"
      about="How fast the engine is on this GPU: single kernels on shapes of real networks, then whole training steps with 1, 4 and 16 runs side by side. Every figure is the median of batches of work ended by a read-back; bytes count each operand once. Close other tabs for steadier figures."
      action="Run the benchmark"
      run={() => runBenchmark(groups)}
      disabled={groups.length === 0}
      file="descent-benchmark.json"
      options={options}
      tables={[kernelsTable(kernels), stepsTable(steps)]}
    />
  );
}
