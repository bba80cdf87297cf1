/** The address of what is shown. */
import { Link } from 'lucide-react';
import { useState } from 'react';
import { copyLink } from '../../store/surfaces.ts';
import styles from './Surfaces.module.css';

export function CopyLink() {
  const [said, say] = useState('');
  return (
    <div className={styles.copy}>
      <button
        type="button"
        onClick={() => void copyLink().then((done) => say(done ? 'Link copied.' : 'The link is in the address bar: copy it from there.'))}
      >
        <Link size={14} />
        Copy link
      </button>
      <span role="status" className={styles.said}>
        {said}
      </span>
    </div>
  );
}
