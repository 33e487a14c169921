// Listens for the keys of the page and does what is bound to them.
import { useEffect } from 'react';
import { useStores } from '../stores/react.ts';
import { strokeOf } from '../ui/controls/chord.ts';
import { actionOf, type Place } from './actions/action.ts';
import { ACTIONS } from './actions/registry.ts';
import { takeEarlyKeys } from './early-keys.ts';

const WRITTEN_IN =
  'input:not([type="range"], [type="radio"], [type="checkbox"]), select, textarea, [contenteditable="true"]';

function placeOf(event: KeyboardEvent): Place {
  const target = event.target instanceof HTMLElement ? event.target : null;
  const written = target?.matches(WRITTEN_IN) ?? false;
  return {
    // Safari tells of it by the old code alone.
    composing: event.isComposing || event.keyCode === 229,
    field: !written ? null : target?.closest('[data-testid="editor"]') ? 'text' : 'other',
    overlay: document.querySelector('dialog[open], :popover-open') !== null,
  };
}

/** Shows nothing. */
export function Shortcuts(): null {
  const stores = useStores();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const action = actionOf(ACTIONS, strokeOf(event), placeOf(event));
      if (action === null) return;
      const hindered = (action.hindrance?.(stores) ?? null) !== null;
      if (hindered && action.passes) return;
      event.preventDefault();
      if (!hindered) void action.act(stores);
    };
    for (const event of takeEarlyKeys()) {
      const action = actionOf(ACTIONS, strokeOf(event), placeOf(event));
      // The browser has undone, searched or gone on a word in its own way meanwhile.
      if (action?.group !== 'Text' || action.id === 'card') onKeyDown(event);
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [stores]);
  return null;
}
