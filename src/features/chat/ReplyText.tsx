// A reply as it reads: thinking folded, the answer as Markdown or as its text.
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import styles from './Turns.module.css';
import type { ReplyParts } from './thinking.ts';

/** The source itself until what reads it has come. */
function Markdown({ source }: { source: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [came, setCame] = useState(false);
  const settled = useDeferredValue(source);
  useEffect(() => {
    let wanted = true;
    void import('./markdown.ts').then(
      ({ markdownNodes }) => {
        if (!wanted) return;
        place.current?.replaceChildren(markdownNodes(settled));
        setCame(true);
      },
      () => {},
    );
    return () => {
      wanted = false;
    };
  }, [settled]);
  return (
    <>
      {!came && (
        <p className={styles.plain} translate="no">
          {source}
        </p>
      )}
      <div ref={place} className={styles.markdown} translate="no" data-running />
    </>
  );
}

function Thinking({ text, open }: { text: string; open: boolean }) {
  return (
    <details className={styles.thinking}>
      <summary>{open ? 'Thinking…' : 'Thought'}</summary>
      <p className={styles.plain} translate="no">
        {text.trim()}
      </p>
    </details>
  );
}

export function ReplyText({ parts, markdown }: { parts: ReplyParts; markdown: boolean }) {
  const { thinking, open, answer } = parts;
  return (
    <>
      {thinking !== null && thinking.trim() !== '' && <Thinking text={thinking} open={open} />}
      {markdown ? (
        <Markdown source={answer} />
      ) : (
        <p className={styles.plain} translate="no">
          {answer}
        </p>
      )}
    </>
  );
}
