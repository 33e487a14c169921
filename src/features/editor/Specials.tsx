// A special token put in at the caret: typed text never becomes one, so there is a button for it.
import { useId, useRef } from 'react';
import { useDocument, useStores } from '../../stores/react.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { placePopover } from '../../ui/controls/popover.ts';
import styles from './Specials.module.css';

export function Specials() {
  const { document: store } = useStores();
  const tokenizer = useDocument(s => s.tokenizer);
  const popover = useId();
  const button = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLDivElement>(null);
  if (!tokenizer || tokenizer.specials.size === 0) return null;
  const insert = (id: number) => {
    store.getState().insertSpecial(store.getState().selection.end, id);
    list.current?.hidePopover();
    document.querySelector<HTMLTextAreaElement>('textarea[aria-label="Text"]')?.focus();
  };
  return (
    <span ref={button} className={styles.specials}>
      <IconButton icon="special" label="Insert a special token at the caret" popoverTarget={popover} />
      <div
        ref={list}
        id={popover}
        popover="auto"
        className={styles.list}
        onToggle={event => {
          if (event.newState !== 'open' || !button.current) return;
          placePopover(event.currentTarget, button.current);
          event.currentTarget.querySelector('button')?.focus();
        }}
      >
        <p className={styles.words}>Typed text never becomes a special token. Insert at the caret:</p>
        <ul>
          {[...tokenizer.specials].map(([id, content]) => (
            <li key={id}>
              <button type="button" onClick={() => insert(id)}>
                <span className="mono">{content}</span>
                <span className={styles.id}>id {id}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </span>
  );
}
