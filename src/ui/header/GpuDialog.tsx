/** What the browser says of its GPU, and whether every operation of ours is right on it. */
import { formatBytes, formatCount, formatLoss } from '../../model/format.ts';
import { tell } from '../../store/engine.ts';
import { type SelfTestResult, setLive } from '../../store/live.ts';
import { setView } from '../../store/view.ts';
import { useLive, useView } from '../hooks.ts';
import { Dialog } from '../primitives/Dialog.tsx';
import styles from './GpuDialog.module.css';

export function GpuDialog({ onClose }: { onClose: () => void }) {
  const { adapter, plan, unavailable, selfTest, phase } = useLive(({ adapter, plan, unavailable, selfTest, phase }) => ({
    adapter,
    plan,
    unavailable,
    selfTest,
    phase,
  }));
  const autotune = useView((view) => view.autotune);
  const run = (): void => {
    setLive({ selfTest: { running: true, done: 0, total: 0, results: null, replaced: selfTest.replaced } });
    tell({ type: 'self_test' });
  };
  return (
    <Dialog title="GPU" onClose={onClose}>
      {adapter ? (
        <dl className={styles.facts}>
          <Fact name="Adapter" value={adapter.description || adapter.name} />
          <Fact name="Vendor, architecture" value={[adapter.vendor, adapter.architecture].filter(Boolean).join(', ') || 'not told'} />
          <Fact name="Largest buffer" value={formatBytes(adapter.limits.maxBufferSize)} />
          {plan && (
            <Fact
              name="In use"
              value={`${formatBytes(plan.memory)} for ${formatCount(plan.parameters)} parameters in ${plan.lanes} ${plan.lanes === 1 ? 'lane' : 'lanes'}`}
            />
          )}
          {plan && <Fact name="Dispatches a step" value={String(plan.dispatches_per_step)} />}
        </dl>
      ) : (
        <p className={styles.note}>{unavailable?.message ?? 'The GPU has not answered yet.'}</p>
      )}
      {adapter?.software && (
        <p className={styles.note}>
          This is a software adapter: the results are right, but training is slow. A browser with access to the graphics card is many times faster.
        </p>
      )}
      <h3 className={styles.title}>Tuning</h3>
      <label className={styles.switch}>
        <input type="checkbox" checked={autotune} onChange={({ target }) => setView({ autotune: target.checked })} />
        Find the fastest tiles for this GPU
      </label>
      <p className={styles.note}>
        While you train, kernels are timed with other tiles in the background; the choice is kept in this browser and used when a network is next
        compiled. No result changes by a single bit. Software adapters keep their defaults.
      </p>
      <h3 className={styles.title}>Self-test</h3>
      <p className={styles.note}>
        Runs every operation’s cases on this GPU and compares them with a float64 reference, then checks the tiles that this network uses.
      </p>
      <button type="button" disabled={!adapter || selfTest.running || phase === 'unavailable'} onClick={run}>
        {selfTest.results ? 'Test again' : 'Test this GPU'}
      </button>
      {selfTest.running && (
        <div className={styles.progress} role="status">
          <progress aria-label="Self-test" max={selfTest.total || 1} value={selfTest.total > 0 ? selfTest.done : undefined} />
          {selfTest.total > 0 && `${selfTest.done} of ${selfTest.total}`}
        </div>
      )}
      {selfTest.results && <Results results={selfTest.results} />}
      {selfTest.replaced.map((sentence) => (
        <p key={sentence} className={styles.bad}>
          {sentence}.
        </p>
      ))}
    </Dialog>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Results({ results }: { results: readonly SelfTestResult[] }) {
  const failed = results.filter((result) => !result.passed).length;
  return (
    <>
      <p role="status" className={failed > 0 ? styles.bad : styles.good}>
        {failed > 0 ? `${failed} of ${results.length} operations fail on this GPU.` : `All ${results.length} operations pass on this GPU.`}
      </p>
      <table className={styles.results}>
        <caption className="unseen">Largest error of each operation</caption>
        <thead>
          <tr>
            <th scope="col">operation</th>
            <th scope="col">cases</th>
            <th scope="col">largest error</th>
            <th scope="col">limit</th>
            <th scope="col">result</th>
          </tr>
        </thead>
        <tbody>
          {results.map(({ operation, cases, error, limit, passed, detail }) => (
            <tr key={operation} data-passed={passed}>
              <th scope="row">{operation}</th>
              <td>{cases}</td>
              <td>{formatLoss(error)}</td>
              <td>{formatLoss(limit)}</td>
              <td title={detail}>{passed ? 'pass' : `fail${detail && `: ${detail}`}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
