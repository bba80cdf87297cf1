/** What a definition is: a sentence, its formula, and where that stands. */
import type { Definition } from '../../model/types.ts';
import styles from './About.module.css';
import { Formula } from './Formula.tsx';

export function About({ definition: { summary, formula, source } }: { definition: Pick<Definition, 'summary' | 'formula' | 'source'> }) {
  return (
    <div className={styles.about}>
      <p>{summary}</p>
      <Formula tex={formula} />
      <a href={source.url} target="_blank" rel="noreferrer">
        {source.title}
      </a>
    </div>
  );
}
