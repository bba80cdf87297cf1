import { Hourglass, type LucideIcon, Scale, TriangleAlert, Trophy } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Judgement } from '../../model/verdict/judge.ts';
import { useRuns } from '../hooks.ts';
import styles from './Verdict.module.css';

const GridDialog = lazy(() => import('../runs/GridDialog.tsx').then((module) => ({ default: module.GridDialog })));

const LOOKS: Record<Judgement['kind'], [Icon: LucideIcon, tone: 'quiet' | 'sure' | 'unsure']> = {
  waiting: [Hourglass, 'quiet'],
  alone: [Hourglass, 'quiet'],
  uneven: [Hourglass, 'quiet'],
  luck: [TriangleAlert, 'unsure'],
  unpaired: [TriangleAlert, 'unsure'],
  level: [Scale, 'quiet'],
  noise: [Scale, 'unsure'],
  apart: [Trophy, 'sure'],
};

export function Sentence({ judgement: { kind, text } }: { judgement: Judgement }) {
  const [Icon, tone] = LOOKS[kind];
  const [asking, setAsking] = useState(false);
  const runs = useRuns();
  return (
    <div className={styles.sentence} data-tone={tone} data-kind={kind}>
      <Icon size={16} aria-hidden="true" />
      <p>{text}</p>
      {(kind === 'luck' || kind === 'unpaired') && (
        <button type="button" onClick={() => setAsking(true)}>
          Make it 5 seeds
        </button>
      )}
      {asking && (
        <Suspense>
          <GridDialog runs={runs} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  );
}
