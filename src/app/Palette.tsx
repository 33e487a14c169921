// The palette: every action of the page and every place to go to, found by words and done with Enter.
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useDocuments, useStores } from '../stores/react.ts';
import { isPressed } from '../ui/controls/chord.ts';
import { cx } from '../ui/controls/cx.ts';
import { keyLabel } from '../ui/controls/keys.ts';
import type { Action } from './actions/action.ts';
import { findActions } from './actions/find.ts';
import { placesOf } from './actions/places.ts';
import { keepRecent, recentActions } from './actions/recent.ts';
import { ACTIONS } from './actions/registry.ts';
import styles from './Palette.module.css';
import { PALETTE_KEYS } from './paletteKeys.ts';

/** Rows that are shown; more words bring the others. */
const MOST_SHOWN = 60;

/** Every action, and the places once they have been read. The palette does not list the way to itself. */
function useActions(): readonly Action[] {
  const stores = useStores();
  // Every turn is another list of documents.
  const turn = useDocuments(s => s.turn);
  const acts = useDocuments(s => s.acts);
  const [places, setPlaces] = useState<readonly Action[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has changed is read anew.
  useEffect(() => {
    let wanted = true;
    placesOf(stores).then(
      found => wanted && setPlaces(found),
      () => {},
    );
    return () => {
      wanted = false;
    };
  }, [stores, turn, acts]);
  return useMemo(() => [...ACTIONS.filter(({ id }) => id !== 'palette'), ...places], [places]);
}

/** Does an action when the palette has gone, and the focus is back where it came from. */
function useAfterwards(): (action: Action) => void {
  const stores = useStores();
  const chosen = useRef<Action | null>(null);
  useEffect(
    () => () => {
      const action = chosen.current;
      if (action) queueMicrotask(() => void action.act(stores));
    },
    [stores],
  );
  return action => {
    chosen.current = action;
    keepRecent(action.id);
    stores.view.getState().close();
  };
}

interface OptionProps {
  action: Action;
  id: string;
  active: boolean;
  onPoint: () => void;
  onTake: () => void;
}

function Option({ action, id, active, onPoint, onTake }: OptionProps) {
  const stores = useStores();
  const why = action.hindrance?.(stores) ?? null;
  const [keys] = action.keys ?? [];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field over the list has the keys, as a combobox does.
    <div
      role="option"
      id={id}
      aria-selected={active}
      aria-disabled={why !== null}
      tabIndex={-1}
      className={cx(styles.option, active && styles.active)}
      onPointerMove={onPoint}
      onClick={onTake}
    >
      <span className={styles.title}>
        {action.title}
        {why !== null && <span className={styles.why}>{why}</span>}
      </span>
      <span className={styles.group}>{action.group}</span>
      {keys !== undefined && <kbd>{keyLabel(keys)}</kbd>}
    </div>
  );
}

export function Palette() {
  const stores = useStores();
  const actions = useActions();
  const take = useAfterwards();
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [recent] = useState(recentActions);
  const found = useMemo(() => findActions(actions, query, recent), [actions, query, recent]);
  const shown = found.slice(0, MOST_SHOWN);
  const active = Math.min(at, shown.length - 1);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  // Behind the dialog's own effect, which opens it and puts the focus on its first button.
  useEffect(() => queueMicrotask(() => field.current?.focus()), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const { up, down, take: enter } = PALETTE_KEYS;
    const by = isPressed(event, down) ? 1 : isPressed(event, up) ? -1 : 0;
    const action = shown[active];
    if (by !== 0 && shown.length > 0) setAt((active + by + shown.length) % shown.length);
    else if (isPressed(event, enter) && action && !action.hindrance?.(stores)) take(action);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.palette}>
      <input
        type="text"
        role="combobox"
        className={styles.field}
        aria-label="Find an action"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        aria-autocomplete="list"
        placeholder="Words of what you want: run, tint, a document, a model"
        autoComplete="off"
        spellCheck={false}
        ref={field}
        value={query}
        onChange={event => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={id} role="listbox" aria-label="Actions" className={styles.list}>
        {shown.map((action, i) => (
          <Option
            key={action.id}
            action={action}
            id={`${id}-${i}`}
            active={i === active}
            onPoint={() => setAt(i)}
            onTake={() => !action.hindrance?.(stores) && take(action)}
          />
        ))}
      </div>
      <p className={styles.rest} role={shown.length === 0 ? 'alert' : undefined}>
        {shown.length === 0
          ? 'Nothing has all of these words.'
          : found.length > shown.length && `${found.length - shown.length} more: more words bring them.`}
      </p>
    </div>
  );
}
