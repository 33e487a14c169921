// All keys of the page, read from where they are bound.
import { TREE_KEYS } from '../features/branches/keys.ts';
import { MESSAGE_KEYS, TURN_KEYS } from '../features/chat/keys.ts';
import { FIND_KEYS } from '../features/find/keys.ts';
import { CANDIDATE_KEYS } from '../features/probabilities/keys.ts';
import { roomStore } from '../features/shared/room.ts';
import { CARD_KEYS } from '../features/word/keys.ts';
import { useStores } from '../stores/react.ts';
import { Button } from '../ui/controls/Button.tsx';
import type { BoundKeys } from '../ui/controls/chord.ts';
import { keyLabel } from '../ui/controls/keys.ts';
import { GROUPS } from './actions/action.ts';
import { ACTIONS } from './actions/registry.ts';
import styles from './Keys.module.css';
import { PALETTE_KEYS } from './paletteKeys.ts';

interface Section {
  readonly name: string;
  readonly bound: readonly BoundKeys[];
}

/** What is bound to the whole page, by group; then what a part of it takes while it has the focus. */
const SECTIONS: readonly Section[] = [
  ...GROUPS.map(group => ({
    name: group,
    bound: ACTIONS.flatMap(({ group: its, title, keys }) => (its === group && keys ? [{ keys, does: title }] : [])),
  })),
  { name: 'In the bar that finds', bound: Object.values(FIND_KEYS) },
  { name: 'In the card of a token', bound: Object.values(CARD_KEYS) },
  { name: 'In the list of candidates', bound: Object.values(CANDIDATE_KEYS) },
  { name: 'In the tree of branches', bound: Object.values(TREE_KEYS) },
  { name: 'In the message of a chat', bound: Object.values(MESSAGE_KEYS) },
  { name: 'In a turn that is edited', bound: Object.values(TURN_KEYS) },
  { name: 'In the list of actions', bound: Object.values(PALETTE_KEYS) },
].filter(({ bound }) => bound.length > 0);

export function Keys() {
  const stores = useStores();
  const { view } = stores;
  return (
    <>
      <p className={styles.words}>
        In a field only keys with a modifier are the page's own, and Esc.
        <Button icon="search" onClick={() => view.getState().open('palette')}>
          Find an action
        </Button>
        <Button
          onClick={() => {
            view.getState().close();
            roomStore.of(stores).getState().startTour();
          }}
        >
          Take the tour
        </Button>
        <a href="licences.txt" target="_blank" rel="noreferrer">
          Licences of what this page is made of
        </a>
      </p>
      <div className={styles.sections}>
        {SECTIONS.map(({ name, bound }) => (
          <section key={name} aria-label={name}>
            <h3>{name}</h3>
            <dl className={styles.keys}>
              {bound.map(({ keys, does }) => (
                <div key={does}>
                  <dt>
                    {keys.map(each => (
                      <kbd key={each}>{keyLabel(each)}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </>
  );
}
