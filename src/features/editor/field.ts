// The native textarea and the document, kept in step. What a person does goes out at once; what comes from elsewhere comes in when it may.
//
// The rules. Words and caret that a person has just put into the field are read before anything is written over them. Nothing is written
// while an input method composes or a pointer is held down in the field: it waits for the end of that, or for the first sign that it has ended.
// A write replaces only what differs, and moves the caret only where the document moved it.

import { asNucleusError } from '../../lib/error.ts';
import { between, type Replacement, type Stretch } from '../../lib/text-change.ts';
import type { DocumentStore, Selection } from '../../stores/document/types.ts';
import { diffAround, rebased, writtenAround } from './diff.ts';
import { fieldText } from './fieldText.ts';

/** What of a textarea is needed. */
export type NativeField = Pick<
  HTMLTextAreaElement,
  'value' | 'selectionStart' | 'selectionEnd' | 'selectionDirection' | 'setRangeText' | 'setSelectionRange'
>;

export interface FieldOptions {
  readonly document: DocumentStore;
  /** A person begins to compose: what runs in the text has to leave it alone. */
  readonly interrupt: () => void;
  /** An edit could not be made as one: the text is kept another way, or only in the field. Null when all is well again. */
  readonly report: (fault: FieldFault | null) => void;
  /** How the field stands to the document, whenever that changes. */
  readonly onStanding: (standing: Standing) => void;
}

/** An input method composes; and then the document may have changed by another hand, which the field does not show yet. */
export type Standing = 'together' | 'composing' | 'apart';

export interface FieldFault {
  /** The document has the words, but was read anew as a whole; or they stand in the field alone. */
  readonly kind: 'read_anew' | 'unread';
  readonly message: string;
}

export class Field {
  readonly #native: NativeField;
  readonly #options: FieldOptions;
  /** What the field held when it was last read or written. */
  #value: string;
  /** Where its caret stood then. */
  #caret: Selection;
  /** The document's selection that the field follows already. */
  #selection: Selection | null = null;
  /** The last text of the document that was asked for, and how the field holds it. */
  #known = { text: '', shown: '' };
  #composing = false;
  /** This composition has made an edit, which those after it belong to. */
  #composed = false;
  #pressed = false;
  #busy = false;
  #standing: Standing = 'together';
  #faulty = false;
  readonly #unsubscribe: () => void;

  constructor(native: NativeField, options: FieldOptions) {
    this.#native = native;
    this.#options = options;
    this.#value = native.value;
    this.#caret = caretOf(native);
    // What a field before this one reported is over with it.
    options.report(null);
    this.#unsubscribe = options.document.subscribe(() => this.sync());
    this.sync();
  }

  dispose(): void {
    this.#unsubscribe();
  }

  /** Tells the document what a person did to words and caret since the last look, then shows what it holds, where that may be written. */
  sync(): void {
    // What this does to the document does not come back as something to show.
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (!this.#takeWords()) return;
      this.#takeCaret();
      const wanted = this.#shown(this.#options.document.getState().text);
      if (!this.#composing && !this.#pressed) this.#write(wanted);
      if (!this.#composing) this.#stand('together');
      else this.#stand(wanted === this.#value ? 'composing' : 'apart');
    } finally {
      this.#busy = false;
    }
  }

  composeStart(): void {
    this.#composing = true;
    this.#composed = false;
    this.#options.interrupt();
    this.sync();
  }

  /** The composition and the press of a pointer have ended, or something has happened that cannot happen during either. */
  settle(): void {
    this.sync();
    if (!this.#composing && !this.#pressed) return;
    this.#composing = false;
    this.#pressed = false;
    this.sync();
  }

  /** A pointer went down in the field and may be selecting. */
  press(): void {
    this.#pressed = true;
  }

  /** It went up again. */
  release(): void {
    if (!this.#pressed) return;
    this.sync();
    this.#pressed = false;
    this.sync();
  }

  /** The selected text of the document, where it is not what the field would copy; else null. */
  copied(): string | null {
    this.sync();
    const { text, selection } = this.#options.document.getState();
    const selected = text.slice(selection.start, selection.end);
    return fieldText(selected) === selected ? null : selected;
  }

  /** How the field holds the document's text. Only what is new in it is looked at character by character. */
  #shown(text: string): string {
    const { text: known, shown } = this.#known;
    if (known === text) return shown;
    const { start, end, insert } = between(known, text);
    const put = fieldText(insert);
    const same = shown === known && put === insert;
    this.#known = { text, shown: same ? text : shown.slice(0, start) + put + shown.slice(end) };
    return this.#known.shown;
  }

  #stand(standing: Standing): void {
    if (standing === this.#standing) return;
    this.#standing = standing;
    this.#options.onStanding(standing);
  }

  /** False where the words stand in the field alone: nothing may be written over them. */
  #takeWords(): boolean {
    const { value } = this.#native;
    const change = value === this.#value ? null : diffAround(this.#value, value, this.#native.selectionEnd);
    if (change === null) return true;
    const { document } = this.#options;
    const { text } = document.getState();
    const now = this.#shown(text);
    const around = writtenAround(this.#value, value, this.#caret, change);
    const moved = (of: Replacement): Replacement => (now === this.#value ? of : rebased(of, this.#value, now));
    if (!this.#edit(text, moved(change), around && moved({ ...around, insert: '' }))) return false;
    this.#composed = this.#composing;
    this.#value = value;
    this.#caret = caretOf(this.#native);
    // Elsewhere the document has made more of the edit than the field shows, and knows where the caret belongs.
    if (this.#shown(document.getState().text) === value) this.#select();
    return true;
  }

  #edit(text: string, { start, end, insert }: Replacement, around?: Stretch): boolean {
    const { document, report } = this.#options;
    try {
      document.getState().edit(start, end, insert, this.#composing && this.#composed, around);
      if (this.#faulty) report(null);
      this.#faulty = false;
      return true;
    } catch (thrown) {
      this.#faulty = true;
      const kept = keptWhole(document, text.slice(0, start) + insert + text.slice(end));
      report({ kind: kept ? 'read_anew' : 'unread', message: asNucleusError(thrown).message });
      return kept;
    }
  }

  #takeCaret(): void {
    const caret = caretOf(this.#native);
    if (isSame(caret, this.#caret)) return;
    this.#caret = caret;
    this.#select();
  }

  /** The document's caret where the field's is; at the end where that is at the end, though a run may have gone on behind it. */
  #select(): void {
    const { text, select } = this.#options.document.getState();
    const shown = this.#shown(text);
    const { start, end, focus } = this.#caret;
    if (start === end && end === this.#value.length) select(shown.length, shown.length);
    else {
      const moved = rebased({ start, end, insert: '' }, this.#value, shown);
      select(moved.start, moved.end, focus);
    }
    this.#selection = this.#options.document.getState().selection;
  }

  /** A caret that a key or a pointer has moved was read before, so it is only the document that can have moved it since. */
  #write(wanted: string): void {
    const value = this.#value;
    const { selection } = this.#options.document.getState();
    if (wanted === value && selection === this.#selection) return;
    if (wanted !== value) {
      const { start, end, insert } = between(value, wanted);
      this.#native.setRangeText(insert, start, end, 'preserve');
      this.#value = this.#native.value;
    }
    this.#place(selection);
    this.#caret = caretOf(this.#native);
  }

  #place(selection: Selection): void {
    this.#selection = selection;
    const { start, end, focus } = selection;
    if (isSame(caretOf(this.#native), selection)) return;
    this.#native.setSelectionRange(start, end, focus === 'start' ? 'backward' : 'forward');
  }
}

/** The document takes the text as a whole where it could not take an edit of it. */
function keptWhole(document: DocumentStore, text: string): boolean {
  if (document.getState().text === text) return true;
  try {
    document.getState().setText(text);
  } catch {
    return document.getState().text === text;
  }
  return true;
}

function caretOf({ selectionStart, selectionEnd, selectionDirection }: NativeField): Selection {
  return { start: selectionStart, end: selectionEnd, focus: selectionDirection === 'backward' ? 'start' : 'end' };
}

/** A caret without a selection has no direction. */
function isSame(a: Selection, b: Selection): boolean {
  return a.start === b.start && a.end === b.end && (a.start === a.end || a.focus === b.focus);
}
