// Words typed while another document is on its way to the field: they are for that one, and wait for it.
import type { DocumentsStore } from '../../stores/saved/documents.ts';

/** Nobody types out of sight for longer than this, in milliseconds: then the words go into what stands there. */
const MOST_MS = 2000;

/** What a `beforeinput` of these puts in where it carries no words. */
const BREAKS: ReadonlySet<string> = new Set(['insertLineBreak', 'insertParagraph']);

/** @param put words at the caret, in place of what is selected */
export function holdWords(
  element: EventTarget,
  put: (words: string) => void,
  documents: DocumentsStore,
  signal: AbortSignal,
): void {
  let held = '';
  let late = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const release = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const words = held;
    held = '';
    if (words !== '') put(words);
  };
  const onBeforeInput = (event: Event): void => {
    const { inputType, data, isComposing } = event as InputEvent;
    // What an input method does cannot be held back.
    if (!documents.getState().coming || late || isComposing || !event.cancelable) return;
    const inserts = inputType.startsWith('insert');
    if (!inserts && !inputType.startsWith('delete')) return;
    event.preventDefault();
    if (inserts) held += data ?? (BREAKS.has(inputType) ? '\n' : '');
    // A deletion takes from what was typed here; of a document that is not there yet nobody has seen anything.
    else held = [...held].slice(0, -1).join('');
    timer ??= setTimeout(() => {
      late = true;
      release();
    }, MOST_MS);
  };
  element.addEventListener('beforeinput', onBeforeInput, { signal });
  const ends = documents.subscribe(({ coming }) => {
    if (coming) return;
    late = false;
    release();
  });
  signal.addEventListener('abort', () => {
    ends();
    release();
  });
}
