import { useStore } from 'zustand';
import { labStore, runSelfTest } from '../../store/lab.ts';
import { LabPage } from './LabPage.tsx';
import { operationsTable } from './tables.ts';

export function SelfTestPage() {
  const { state, operations } = useStore(labStore);
  const failed = operations.filter(({ passed }) => !passed).length;
  const verdict =
    operations.length === 0 || state === 'running'
      ? null
      : {
          good: failed === 0,
          text:
            failed > 0 ? `${failed} of ${operations.length} operations fail on this GPU.` : `All ${operations.length} operations pass on this GPU.`,
        };
  return (
    <LabPage
      title="Kernel self-test"
      about="Every operation of the engine runs its cases on this GPU, forward and backward, in two lanes. Each result is compared with a float64 reference. Some drivers miscompute some kernels: this finds them before a curve is believed."
      action="Test this GPU"
      run={runSelfTest}
      file="descent-self-test.json"
      tables={[operationsTable(operations)]}
      verdict={verdict}
    />
  );
}
