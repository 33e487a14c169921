// The one surface for the text: a native textarea exactly over its painted overlay, growing together.
import { useEffect, useLayoutEffect, useRef } from 'react';
import { useDocument, useGeneration } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { cx } from '../../ui/controls/cx.ts';
import { Overlay } from './Overlay.tsx';
import styles from './Surface.module.css';
import { useField } from './useField.ts';

export function Surface() {
  const area = useRef<HTMLTextAreaElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const running = useGeneration(s => isRunning(s.status));
  const standing = useField(area);
  useFollowEnd(pane, running);
  return (
    <div ref={pane} className={styles.pane} data-testid="editor">
      <div
        className={cx(
          styles.surface,
          standing !== 'together' && styles.composing,
          standing === 'apart' && styles.apart,
        )}
      >
        <Overlay />
        <textarea
          ref={area}
          className={styles.area}
          aria-label="Text"
          aria-busy={running}
          aria-describedby="editor-keys"
          placeholder="Type the beginning of a text"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          data-gramm="false"
        />
      </div>
      <p id="editor-keys" className="visually-hidden">
        The token at the caret is the selected one. Alt and the arrow keys move by token, Alt and the arrow down show
        its numbers.
      </p>
    </div>
  );
}

/** Keeps the end of the text in sight during a run, as long as a person has not scrolled away from it. */
function useFollowEnd(pane: React.RefObject<HTMLDivElement | null>, running: boolean): void {
  const text = useDocument(s => s.text);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    const onScroll = () => {
      atEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - 24;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [pane]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes the surface grow.
  useLayoutEffect(() => {
    if (running && atEnd.current && pane.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [pane, running, text]);
}
