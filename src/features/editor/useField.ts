// The events of the native textarea, brought to its `Field`.
import { type RefObject, useLayoutEffect, useState } from 'react';
import { useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { Stores } from '../../stores/stores.ts';
import { faultStore } from './fault.ts';
import { Field, type Standing } from './field.ts';
import { holdWords } from './held.ts';

/** `keyCode` of a key that an input method has taken for itself. */
const TAKEN_BY_INPUT_METHOD = 229;

/** Keeps the textarea and the document in step. Returns how they stand to each other. */
export function useField(area: RefObject<HTMLTextAreaElement | null>): Standing {
  const stores = useStores();
  const [standing, setStanding] = useState<Standing>('together');
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    const { document, generation } = stores;
    const field = new Field(element, {
      document,
      interrupt: () => generation.getState().interrupt(),
      report: faultStore.of(stores).getState().report,
      onStanding: setStanding,
    });
    const end = new AbortController();
    const put = (words: string, replaces: boolean) => {
      field.settle();
      const { selectionStart, selectionEnd } = element;
      element.setRangeText(words, replaces ? selectionStart : selectionEnd, selectionEnd, 'end');
      field.settle();
    };
    // Before the others: what ends the waiting is done to a field that holds the words.
    holdWords(element, put, stores.documents, end.signal);
    listenToWords(element, field, end.signal);
    listenToHand(element, field, end.signal);
    listenToKeys(element, field, stores, end.signal);
    const endRuns = generation.subscribe((now, before) => {
      // Only a person begins a run: they are done with composing, whatever the input method has said.
      if (isRunning(now.status) && !isRunning(before.status)) field.settle();
    });
    return () => {
      end.abort();
      endRuns();
      field.dispose();
    };
  }, [area, stores]);
  return standing;
}

/** What is typed, pasted, dropped and composed; what is copied are the characters themselves, not their pictures. */
function listenToWords(element: HTMLTextAreaElement, field: Field, signal: AbortSignal): void {
  const onInput = (event: Event) => {
    if (event instanceof InputEvent && event.isComposing) field.sync();
    else field.settle();
  };
  const onCopy = (event: ClipboardEvent) => {
    const { selectionStart: start, selectionEnd: end } = element;
    const copied = field.copied();
    if (copied === null || event.clipboardData === null) return;
    event.preventDefault();
    event.clipboardData.setData('text/plain', copied);
    if (event.type !== 'cut') return;
    element.setRangeText('', start, end, 'end');
    field.settle();
  };
  element.addEventListener('input', onInput, { signal });
  element.addEventListener('compositionstart', () => field.composeStart(), { signal });
  element.addEventListener('compositionend', () => field.settle(), { signal });
  element.addEventListener('blur', () => field.settle(), { signal });
  element.addEventListener('copy', onCopy, { signal });
  element.addEventListener('cut', onCopy, { signal });
}

/** The caret goes by keys, mouse, touch and assistive technology; a pointer that is down may be drawing a selection. */
function listenToHand(element: HTMLTextAreaElement, field: Field, signal: AbortSignal): void {
  const onPress = (event: PointerEvent) => {
    if (event.button === 0) field.press();
  };
  const onRelease = () => field.release();
  const onSelection = () => {
    if (document.activeElement === element) field.sync();
  };
  element.addEventListener('pointerdown', onPress, { signal });
  for (const name of ['pointerup', 'pointercancel'] as const) globalThis.addEventListener(name, onRelease, { signal });
  element.addEventListener('focus', onSelection, { signal });
  document.addEventListener('selectionchange', onSelection, { signal });
}

/** A key ends what composes; the browser's own history gives way to the document's, which holds runs too. */
function listenToKeys(element: HTMLTextAreaElement, field: Field, stores: Stores, signal: AbortSignal): void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD) return;
    field.settle();
  };
  const onBeforeInput = (event: InputEvent) => {
    if (event.inputType !== 'historyUndo' && event.inputType !== 'historyRedo') return;
    event.preventDefault();
    const { undo, redo } = stores.document.getState();
    if (event.inputType === 'historyUndo') undo();
    else redo();
  };
  element.addEventListener('keydown', onKeyDown, { signal });
  element.addEventListener('beforeinput', onBeforeInput, { signal });
}
