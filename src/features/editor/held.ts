// Words typed while another document is on its way to the field: they are for that one, and wait for it.
//
// Only plain typing waits. Whatever else a person does in the field (a caret that moves, a deletion, a paste, an input method) is done to what they see, so it ends the
// waiting: the words go in where they were typed, and no more are held until the next document is asked for.
import type { DocumentsStore } from '../../stores/saved/documents.ts';

/** Nobody types out of sight for longer than this, in milliseconds. */
const MOST_MS = 2000;

const BREAKS: ReadonlySet<string> = new Set(['insertLineBreak', 'insertParagraph']);
/** Keys that do nothing by themselves. */
const MODIFIERS: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock']);

/** True for a key that types. */
function types(event: KeyboardEvent): boolean {
  if (MODIFIERS.has(event.key)) return true;
  const commands = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');
  return !commands && (event.key.length === 1 || event.key === 'Enter');
}

/** What of a textarea is needed. */
type HoldingField = EventTarget & Pick<HTMLTextAreaElement, 'selectionStart' | 'selectionEnd'>;

/** @param put words at the caret; `replaces`: in place of what is selected, else behind it */
export function holdWords(
  element: HoldingField,
  put: (words: string, replaces: boolean) => void,
  documents: DocumentsStore,
  signal: AbortSignal,
): void {
  let held = '';
  /** Document and selection that they were typed in. */
  let place = '';
  /** None is held until the next is asked for. */
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const here = (): string => `${documents.getState().id} ${element.selectionStart} ${element.selectionEnd}`;
  const release = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (held === '') return;
    const words = held;
    held = '';
    // Nobody has seen what is selected in a document that has just come.
    put(words, here() === place);
  };
  const giveUp = (): void => {
    over = documents.getState().coming;
    release();
  };
  const onBeforeInput = (event: Event): void => {
    if (held === '' && (over || !documents.getState().coming)) return;
    const { inputType, data, isComposing } = event as InputEvent;
    const words = inputType === 'insertText' ? data : BREAKS.has(inputType) ? '\n' : null;
    if (words === null || isComposing || !event.cancelable) {
      giveUp();
      return;
    }
    event.preventDefault();
    if (held === '') place = here();
    held += words;
    timer ??= setTimeout(giveUp, MOST_MS);
  };
  const onKeyDown = (event: Event): void => {
    if (!types(event as KeyboardEvent)) giveUp();
  };
  element.addEventListener('beforeinput', onBeforeInput, { signal });
  element.addEventListener('keydown', onKeyDown, { signal });
  for (const name of ['pointerdown', 'compositionstart', 'blur']) element.addEventListener(name, giveUp, { signal });
  const ends = documents.subscribe(({ coming, id }, before) => {
    if (!coming) over = false;
    // Whoever asked for it sees it first as it came.
    if (id !== before.id || (before.coming && !coming)) setTimeout(release);
  });
  signal.addEventListener('abort', () => {
    ends();
    release();
  });
}
