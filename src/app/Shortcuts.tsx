// Listens for the keys of the page and runs their actions.
import { useEffect } from 'react';
import { openOrEnter } from '../features/word/hand.ts';
import { useStores } from '../stores/react.ts';
import { isRunning } from '../stores/run/generation-types.ts';
import type { Stores } from '../stores/stores.ts';
import { isMac } from '../ui/controls/keys.ts';
import { type Press, type Shortcut, shortcutOf } from './shortcuts.ts';

function pressOf(event: KeyboardEvent): Press {
  const target = event.target instanceof HTMLElement ? event.target : null;
  return {
    key: event.key,
    mod: isMac() ? event.metaKey : event.ctrlKey,
    shift: event.shiftKey,
    alt: event.altKey,
    own: isMac()
      ? event.ctrlKey && event.shiftKey && !event.metaKey
      : event.altKey && !event.ctrlKey && !event.shiftKey && !event.metaKey,
    composing: event.isComposing,
    inField: target?.matches('input:not([type="range"], [type="radio"], [type="checkbox"]), select') ?? false,
    overlay: document.querySelector('dialog[open], :popover-open') !== null,
  };
}

/** False where the key has nothing to do now, so that the browser may have it. */
function act(shortcut: Shortcut, stores: Stores): boolean {
  const generation = stores.generation.getState();
  const text = stores.document.getState();
  const running = isRunning(generation.status);
  switch (shortcut) {
    case 'run':
      if (!running) void generation.run();
      return true;
    case 'run_from_caret':
      if (!running) void generation.runFromCaret();
      return true;
    case 'regenerate':
      if (!running && generation.canRegenerate) void generation.regenerate();
      return true;
    case 'step':
      if (!running) void generation.step();
      return true;
    case 'stop': {
      const { scheduler } = stores.work;
      const stops = running || scheduler.has('run');
      if (running) generation.stop();
      else if (stops) scheduler.cancel('run'); // a view's, which a person asked for
      return stops;
    }
    case 'undo':
      text.undo();
      return true;
    case 'redo':
      text.redo();
      return true;
    case 'new_document':
      void stores.documents.getState().acts?.create();
      return true;
    case 'documents':
      stores.view.getState().open('documents');
      return true;
    case 'card':
      openOrEnter(stores);
      return true;
    case 'keys':
      stores.view.getState().open('keys');
      return true;
    default:
      return shortcut satisfies never;
  }
}

/** Shows nothing. */
export function Shortcuts(): null {
  const stores = useStores();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const shortcut = shortcutOf(pressOf(event));
      if (shortcut && act(shortcut, stores)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [stores]);
  return null;
}
