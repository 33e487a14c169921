// Undo and redo of the document: whole states, each with all branches, their tokens and numbers, the text and the caret.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { roundedOf } from './change.ts';
import type { ChangeKind, KeptHistory, Snapshot, Step } from './types.ts';

/** Steps kept; the oldest go. */
const MOST_STEPS = 300;
/** Tokens of the active branch, each step's counted: a step of a long text holds as many references. The last few steps are kept whatever they hold. */
const MOST_HELD = 10_000_000;
const FEW_STEPS = 20;

/** Where the last key of a word was typed, so that the next one joins its step. */
interface Typing {
  readonly kind: 'typing' | 'deleting';
  readonly offset: number;
  readonly endsWord: boolean;
}

function heldBy({ snapshot }: Step): number {
  return snapshot.branches.find(({ id }) => id === snapshot.branch)?.tokens.length ?? 0;
}

function isCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

export class History {
  #past: Step[];
  #future: Step[];
  #typing: Typing | null = null;

  constructor({ past, future }: Pick<KeptHistory, 'past' | 'future'> = { past: [], future: [] }) {
    this.#past = [...past];
    this.#future = [...future];
  }

  get steps(): Pick<KeptHistory, 'past' | 'future'> {
    return { past: this.#past, future: this.#future };
  }

  get canUndo(): ChangeKind | null {
    return this.#past.at(-1)?.kind ?? null;
  }

  get canRedo(): ChangeKind | null {
    return this.#future.at(-1)?.kind ?? null;
  }

  /** The numbers of all steps had been rounded: those of drawn tokens stay. */
  round(tokenizer: Tokenizer): void {
    const rounded = (step: Step): Step => ({ ...step, snapshot: roundedOf(step.snapshot, tokenizer) });
    this.#past = this.#past.map(rounded);
    this.#future = this.#future.map(rounded);
  }

  /** A change is about to happen to `before`. */
  push(kind: ChangeKind, before: Snapshot): void {
    this.#typing = null;
    this.#past.push({ kind, snapshot: before });
    this.#forget();
    this.#future = [];
  }

  #forget(): void {
    let held = this.#past.reduce((sum, step) => sum + heldBy(step), 0);
    while (this.#past.length > MOST_STEPS || (held > MOST_HELD && this.#past.length > FEW_STEPS)) {
      const oldest = this.#past.shift();
      if (oldest !== undefined) held -= heldBy(oldest);
    }
  }

  /**
   * An edit of [start, end) to `insert` is about to happen. Letters of one word, with the spaces after it, are one step; so are
   * deletions that go on where the last one was.
   */
  pushEdit(start: number, end: number, insert: string, before: Snapshot): void {
    const key = start === end && isCharacter(insert);
    const deletion = insert === '' && end - start <= 2;
    const typing = this.#typing;
    if (key) {
      const blank = /\s/.test(insert);
      const joins = typing?.kind === 'typing' && typing.offset === start && (blank || !typing.endsWord);
      if (!joins) this.push('typing', before);
      this.#future = [];
      this.#typing = { kind: 'typing', offset: start + insert.length, endsWord: blank };
    } else if (deletion) {
      const joins = typing?.kind === 'deleting' && (typing.offset === end || typing.offset === start);
      if (!joins) this.push('deleting', before);
      this.#future = [];
      this.#typing = { kind: 'deleting', offset: start, endsWord: false };
    } else this.push('edit', before);
  }

  /** The caret was put elsewhere: the next key begins a new step. */
  rest(offset: number): void {
    if (this.#typing?.offset !== offset) this.#typing = null;
  }

  undo(now: Snapshot): Snapshot | null {
    return this.#move(this.#past, this.#future, now);
  }

  redo(now: Snapshot): Snapshot | null {
    return this.#move(this.#future, this.#past, now);
  }

  #move(from: Step[], to: Step[], now: Snapshot): Snapshot | null {
    this.#typing = null;
    const step = from.pop();
    if (step === undefined) return null;
    to.push({ kind: step.kind, snapshot: now });
    return step.snapshot;
  }
}
