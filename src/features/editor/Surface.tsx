// The one surface for the text: a native textarea exactly over its painted overlay, growing together.
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useDocument, useGeneration, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { cx } from '../../ui/controls/cx.ts';
import { Overlay } from './Overlay.tsx';
import styles from './Surface.module.css';
import { pushEdit, pushSelection, useCaret, useHistory, useTextFromStore, walkTokens } from './textarea.ts';

export function Surface() {
  const stores = useStores();
  const area = useRef<HTMLTextAreaElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const composing = useRef(false);
  const [isComposing, setComposing] = useState(false);
  const running = useGeneration(s => isRunning(s.status));
  useTextFromStore(area);
  useCaret(area, stores, composing);
  useHistory(area, stores);
  useFollowEnd(pane, running);

  const endComposition = () => {
    composing.current = false;
    setComposing(false);
    if (area.current) pushEdit(area.current, stores.document);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    walkTokens(stores, event.key === 'ArrowLeft' ? -1 : 1);
  };
  return (
    <div ref={pane} className={styles.pane} data-testid="editor">
      <div className={cx(styles.surface, isComposing && styles.composing)}>
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
          onInput={event => {
            if (!composing.current) pushEdit(event.currentTarget, stores.document);
          }}
          onFocus={event => pushSelection(event.currentTarget, stores.document)}
          onCompositionStart={() => {
            composing.current = true;
            setComposing(true);
          }}
          onCompositionEnd={endComposition}
          onKeyDown={onKeyDown}
        />
      </div>
      <p id="editor-keys" className="visually-hidden">
        The token at the caret is the selected one. Alt and the arrow keys move by token.
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
