// A textarea without a browser: its value, its caret, and how both change under a person's hand and under a program's.
import type { NativeField } from './field.ts';

export class FakeField implements NativeField {
  value = '';
  selectionStart = 0;
  selectionEnd = 0;
  selectionDirection: NativeField['selectionDirection'] = 'forward';
  /** What a program has written into it, in order. */
  readonly writes: string[] = [];

  /** HTML Standard, `setRangeText` with the mode "preserve". */
  setRangeText(text: string, start = 0, end = 0): void {
    this.writes.push(`text [${start}, ${end}) ${JSON.stringify(text)}`);
    this.value = this.value.slice(0, start) + text + this.value.slice(end);
    const grown = text.length - (end - start);
    const kept = (at: number, inside: number): number => (at > end ? at + grown : at > start ? inside : at);
    this.selectionStart = kept(this.selectionStart, start);
    this.selectionEnd = kept(this.selectionEnd, start + text.length);
    this.selectionDirection = 'none';
  }

  setSelectionRange(start: number, end: number, direction: NativeField['selectionDirection'] = 'none'): void {
    this.writes.push(`caret [${start}, ${end})`);
    this.#caret(start, end, direction);
  }

  /** A key or a pointer. */
  moveCaret(start: number, end = start, direction: NativeField['selectionDirection'] = 'none'): void {
    this.#caret(start, end, direction);
  }

  /** A key, an input method or a paste, in place of what is selected, or of the `behind` units before the caret. */
  type(text: string, behind = 0): void {
    const start = this.selectionStart - behind;
    this.value = this.value.slice(0, start) + text + this.value.slice(this.selectionEnd);
    this.#caret(start + text.length, start + text.length, 'none');
  }

  #caret(start: number, end: number, direction: NativeField['selectionDirection']): void {
    this.selectionStart = Math.min(start, this.value.length);
    this.selectionEnd = Math.min(end, this.value.length);
    this.selectionDirection = direction;
  }
}
