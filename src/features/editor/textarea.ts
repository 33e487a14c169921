// The native textarea and the document store, kept in step: edits and caret go out, text and caret come back.
import { type RefObject, useEffect, useLayoutEffect } from 'react';
import { useDocument } from '../../stores/react.ts';
import type { Stores } from '../../stores/stores.ts';
import { diffAround } from './diff.ts';
import { stepPlace } from './walk.ts';

/** Tells the store what a person did to the text. */
export function pushEdit(area: HTMLTextAreaElement, document: Stores['document']): void {
  const { text, edit } = document.getState();
  const change = diffAround(text, area.value, area.selectionEnd);
  if (change) edit(change.start, change.end, change.insert);
  pushSelection(area, document);
}

/** Tells the store where the caret is. */
export function pushSelection(area: HTMLTextAreaElement, document: Stores['document']): void {
  const { selection, select } = document.getState();
  const focus = area.selectionDirection === 'backward' ? 'start' : 'end';
  const { selectionStart: start, selectionEnd: end } = area;
  if (start !== selection.start || end !== selection.end || (start !== end && focus !== selection.focus)) {
    select(start, end, focus);
  }
}

/** Writes text and caret of the store into the textarea where they differ. */
export function useTextFromStore(area: RefObject<HTMLTextAreaElement | null>): void {
  const text = useDocument(s => s.text);
  const selection = useDocument(s => s.selection);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    if (element.value !== text) element.value = text;
    const { start, end, focus } = selection;
    if (element.selectionStart !== start || element.selectionEnd !== end) {
      element.setSelectionRange(start, end, focus === 'start' ? 'backward' : 'forward');
    }
  }, [area, text, selection]);
}

/** Follows the caret wherever it goes: keys, mouse, touch, assistive technology. */
export function useCaret(
  area: RefObject<HTMLTextAreaElement | null>,
  stores: Stores,
  composing: RefObject<boolean>,
): void {
  useEffect(() => {
    const onSelection = () => {
      const element = area.current;
      if (!element || composing.current || document.activeElement !== element) return;
      if (element.value === stores.document.getState().text) pushSelection(element, stores.document);
    };
    document.addEventListener('selectionchange', onSelection);
    return () => document.removeEventListener('selectionchange', onSelection);
  }, [area, stores, composing]);
}

/** Takes the browser's own undo away: the document store has the history, runs included. */
export function useHistory(area: RefObject<HTMLTextAreaElement | null>, stores: Stores): void {
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const onBeforeInput = (event: InputEvent) => {
      if (event.inputType !== 'historyUndo' && event.inputType !== 'historyRedo') return;
      event.preventDefault();
      const { undo, redo } = stores.document.getState();
      if (event.inputType === 'historyUndo') undo();
      else redo();
    };
    element.addEventListener('beforeinput', onBeforeInput);
    return () => element.removeEventListener('beforeinput', onBeforeInput);
  }, [area, stores]);
}

/** Selects the token before or after the selected one. */
export function walkTokens(stores: Stores, direction: -1 | 1): void {
  const { selected, tokens, selectToken } = stores.document.getState();
  selectToken(stepPlace(selected, direction, tokens.length));
}
