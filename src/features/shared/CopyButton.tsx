// Copies a text and says so, or says that the browser does not allow it.
import { useEffect, useState } from 'react';
import { Button } from '../../ui/controls/Button.tsx';
import styles from './CopyButton.module.css';
import { copy } from './saving.ts';

const WORDS = {
  none: '',
  copied: 'Copied.',
  refused: 'The browser does not allow copying here: select the text and copy it by hand.',
} as const;

export function CopyButton({
  text,
  children,
  primary = false,
}: {
  text: () => string;
  children: string;
  primary?: boolean;
}) {
  const [outcome, setOutcome] = useState<keyof typeof WORDS>('none');
  useEffect(() => {
    if (outcome !== 'copied') return;
    const timer = setTimeout(() => setOutcome('none'), 4000);
    return () => clearTimeout(timer);
  }, [outcome]);
  return (
    <>
      <Button
        variant={primary ? 'primary' : 'plain'}
        onClick={() => void copy(text()).then(done => setOutcome(done ? 'copied' : 'refused'))}
      >
        {children}
      </Button>
      <span role="status" className={styles.said}>
        {WORDS[outcome]}
      </span>
    </>
  );
}
