// The bar over the text that looks for words in it: how often they are there, the next and the one before.
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import { formatCount } from '../../lib/format.ts';
import { useFeature, useStores } from '../../stores/react.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { isPressed } from '../../ui/controls/chord.ts';
import { keyLabel } from '../../ui/controls/keys.ts';
import { paintedText, textField } from '../shared/painted.ts';
import styles from './FindBar.module.css';
import { FIND_KEYS } from './keys.ts';
import { clearMarks, paintMarks, scrollTo } from './marks.ts';
import { type FindStoreState, findStore } from './store.ts';

type Store = StoreApi<FindStoreState>;

/** Marks what is found, anew whenever the painted text or the matches change, and before that is seen. */
function useMarks(store: Store): void {
  const starts = useFeature(findStore, s => s.starts);
  const at = useFeature(findStore, s => s.at);
  useLayoutEffect(() => {
    const painted = paintedText();
    if (painted === null) return;
    const mark = (): void => paintMarks(painted, { starts, length: store.getState().words.length, at });
    mark();
    const observer = new MutationObserver(mark);
    observer.observe(painted, {
      childList: true,
      characterData: true,
      subtree: true,
      attributeFilter: ['data-segment'],
    });
    return () => {
      observer.disconnect();
      clearMarks();
    };
  }, [store, starts, at]);
}

/** The match that is selected comes into sight. */
function useSight(): void {
  const at = useFeature(findStore, s => s.at);
  const start = useFeature(findStore, s => s.starts[s.at] ?? -1);
  useEffect(() => {
    const painted = paintedText();
    if (at < 0 || start < 0 || painted === null) return;
    // Behind the page's own way of showing the selected token.
    const frame = requestAnimationFrame(() => scrollTo(painted, start));
    return () => cancelAnimationFrame(frame);
  }, [at, start]);
}

function countWords({ words, starts, at, searching }: FindStoreState): string {
  if (words === '') return '';
  const count = formatCount(starts.length);
  if (searching) return `${count}…`;
  if (starts.length === 0) return 'none';
  return at < 0 ? count : `${formatCount(at + 1)} of ${count}`;
}

function Bar({ store }: { store: Store }) {
  const words = useFeature(findStore, s => s.words);
  const cased = useFeature(findStore, s => s.cased);
  const asked = useFeature(findStore, s => s.asked);
  const count = useFeature(findStore, countWords);
  const none = useFeature(findStore, s => s.words !== '' && !s.searching && s.starts.length === 0);
  const field = useRef<HTMLInputElement>(null);
  const before = useRef<Element | null>(null);
  useMarks(store);
  useSight();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time it is asked for the focus comes here.
  useEffect(() => {
    if (document.activeElement !== field.current) before.current ??= document.activeElement;
    field.current?.focus();
    field.current?.select();
  }, [asked]);
  const { look, step, leave } = store.getState();
  const goBack = () => {
    leave(true);
    const { current } = before;
    if (current instanceof HTMLElement && current.isConnected && current !== document.body)
      current.focus({ preventScroll: true });
    else textField()?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (isPressed(event, FIND_KEYS.next)) step(1);
    else if (isPressed(event, FIND_KEYS.previous)) step(-1);
    else if (isPressed(event, FIND_KEYS.cased)) look({ cased: !cased });
    else if (isPressed(event, FIND_KEYS.back)) goBack();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className={styles.bar} aria-label="Find in the text">
      <input
        ref={field}
        type="text"
        className={styles.field}
        aria-label="Find in the text"
        aria-describedby="find-count"
        aria-invalid={none}
        placeholder="Find in the text"
        autoComplete="off"
        spellCheck={false}
        value={words}
        onChange={event => look({ words: event.target.value })}
        onKeyDown={onKeyDown}
      />
      <span id="find-count" className={styles.count} aria-live="polite">
        {count}
      </span>
      <span className={styles.buttons}>
        <Button
          variant="quiet"
          aria-label="Capitals count"
          aria-pressed={cased}
          title={`Capitals count (${keyLabel('Own+C')})`}
          onClick={() => look({ cased: !cased })}
        >
          Aa
        </Button>
        <IconButton icon="up" label="The match before (Shift ↵)" onClick={() => step(-1)} />
        <IconButton icon="down" label="The next match (↵)" onClick={() => step(1)} />
        <IconButton
          icon="close"
          label="Close, and stay at the match"
          onClick={() => {
            leave(false);
            textField()?.focus({ preventScroll: true });
          }}
        />
      </span>
    </search>
  );
}

/** Nothing until it is asked for. */
export function FindBar() {
  const store = findStore.of(useStores());
  const open = useFeature(findStore, s => s.open);
  return open && <Bar store={store} />;
}
