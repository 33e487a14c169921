// Patterns that may go back for ever, in time that grows with the text alone: a machine that tries what a regular expression tries, in the same order, and never anything twice.
//
// Whether a state fails at a place of the text does not depend on the way there, so what has failed once is passed over, from every later start too. That holds without
// references to what was taken; looks ahead and parts that give nothing back must be bounded, or runs of one class, so that each takes few steps.
import { isNullable, isUnbounded, onlyPart, type Shape } from './shape.ts';
import type { Found, TextPattern } from './split.ts';
import { UnknownPattern } from './unknown-pattern.ts';

type Step =
  | { readonly kind: 'char'; readonly is: (code: number) => boolean; next: number }
  /** First `next`, then `other`. `mark` counts these steps. */
  | { readonly kind: 'either'; next: number; other: number; readonly mark: number }
  | { readonly kind: 'look'; readonly of: Machine; readonly negative: boolean; next: number }
  | { readonly kind: 'run'; readonly run: Run; readonly min: number; next: number }
  | { readonly kind: 'end' };

/** Steps of a pattern at most: larger ones are refused by name. */
const MOST_STEPS = 2000;
/** Places of the text whose marks lie together; of looks ahead, which are short and many. */
const PLACES = 1024;
const LOOK_PLACES = 16;

function oneOf(atom: string): RegExp {
  try {
    return new RegExp(`^(?:${atom})$`, 'u');
  } catch {
    throw new UnknownPattern(atom);
  }
}

/** Whether a character belongs to a class; each is asked once. */
function classTest(atom: string): (code: number) => boolean {
  const pattern = oneOf(atom);
  const low = new Int8Array(0x3400);
  const high = new Map<number, boolean>();
  const ask = (code: number): boolean => pattern.test(String.fromCodePoint(code));
  return code => {
    if (code >= low.length) {
      const known = high.get(code) ?? ask(code);
      high.set(code, known);
      return known;
    }
    const known = low[code] ?? 0;
    if (known !== 0) return known > 0;
    const is = ask(code);
    low[code] = is ? 1 : -1;
    return is;
  };
}

const width = (code: number): number => (code > 0xffff ? 2 : 1);

/** Where runs of a class end; the run found last is remembered, since every place in it has the same end. */
class Run {
  readonly #is: (code: number) => boolean;
  #text = '';
  #start = 0;
  #end = 0;

  constructor(atom: string) {
    this.#is = classTest(atom);
  }

  /** `at` itself where no character of the class stands. */
  end(text: string, at: number): number {
    if (text === this.#text && at >= this.#start && at < this.#end) return this.#end;
    let end = at;
    for (let code = text.codePointAt(end); code !== undefined && this.#is(code); code = text.codePointAt(end))
      end += width(code);
    [this.#text, this.#start, this.#end] = [text, at, end];
    return end;
  }
}

/** A pattern with the interface of a sticky or global regular expression. Throws `UnknownPattern` for what it cannot promise its time for. */
export class Machine implements TextPattern {
  lastIndex = 0;
  readonly #places: number;
  readonly #steps: Step[] = [];
  #marks = 0;
  readonly #begin: number;
  readonly #tests = new Map<string, (code: number) => boolean>();
  #text = '';
  /** Which steps have failed at which places: bits, by place and mark. */
  #failed: (Uint32Array | undefined)[] = [];
  #from = 0;

  constructor(shape: Shape, places = PLACES) {
    this.#places = places;
    this.#begin = this.#build(shape, this.#add({ kind: 'end' }));
  }

  /** The first match at or after `lastIndex`, or null. */
  exec(text: string): Found | null {
    if (text !== this.#text || this.lastIndex < this.#from) [this.#text, this.#failed, this.#from] = [text, [], 0];
    for (let start = this.lastIndex; start <= text.length; start += width(text.codePointAt(start) ?? 0)) {
      const end = this.endAt(text, start);
      if (end < 0) continue;
      this.#from = end;
      // States on the way of a match have not failed; those before its end are not met again.
      this.#place(end).fill(0);
      return { 0: text.slice(start, end), index: start };
    }
    return null;
  }

  /** Where the match that starts at `start` ends, -1 for none. */
  endAt(text: string, start: number): number {
    if (text !== this.#text) [this.#text, this.#failed] = [text, []];
    const waiting: number[] = [];
    let at = start;
    let index = this.#begin;
    for (;;) {
      const step = this.#steps[index];
      let went = true;
      if (step === undefined || step.kind === 'end') return at;
      if (step.kind === 'char') {
        const code = text.codePointAt(at);
        went = code !== undefined && step.is(code);
        if (went) at += width(code ?? 0);
      } else if (step.kind === 'either') {
        went = this.#mark(at, step.mark);
        if (went) waiting.push(step.other, at);
      } else if (step.kind === 'run') {
        const end = step.run.end(text, at);
        went = step.min === 0 || end > at;
        if (went) at = end;
      } else {
        step.of.forget();
        went = step.of.endAt(text, at) >= 0 !== step.negative;
      }
      if (went) index = step.next;
      else if (waiting.length === 0) return -1;
      else {
        at = waiting.pop() ?? 0;
        index = waiting.pop() ?? 0;
      }
    }
  }

  /** Before another place: what led to a match has not failed. */
  forget(): void {
    this.#failed = [];
  }

  #add(step: Step): number {
    if (this.#steps.length >= MOST_STEPS) throw new UnknownPattern(`its size (more than ${MOST_STEPS} steps)`);
    return this.#steps.push(step) - 1;
  }

  /** Steps for `shape` that go on at `next`; returns the first. */
  #build(shape: Shape, next: number): number {
    switch (shape.kind) {
      case 'char':
        return this.#add({ kind: 'char', is: this.#test(shape.atom), next });
      case 'sequence':
        return shape.parts.reduceRight((then, part) => this.#build(part, then), next);
      case 'ways':
        return shape.ways
          .map(way => this.#build(way, next))
          .reduceRight((other, way) => this.#add({ kind: 'either', next: way, other, mark: this.#marks++ }));
      case 'look': {
        if (isUnbounded(shape.of)) throw new UnknownPattern('a look ahead without a bound, which may take too long');
        return this.#add({ kind: 'look', of: new Machine(shape.of, LOOK_PLACES), negative: shape.negative, next });
      }
      case 'possessive': {
        const of = onlyPart(shape.of);
        if (of.kind !== 'repeat' || of.of.kind !== 'char' || of.max !== Infinity || of.min > 1)
          throw new UnknownPattern('a possessive group, which may take too long');
        return this.#add({ kind: 'run', run: new Run(of.of.atom), min: of.min, next });
      }
      case 'repeat':
        return this.#repeat(shape, next);
      default:
        return shape satisfies never;
    }
  }

  #repeat({ of, min, max, lazy }: Extract<Shape, { kind: 'repeat' }>, next: number): number {
    // What such a round means hangs on the way there, and on the library.
    if (max > min && isNullable(of)) throw new UnknownPattern('a repeated part that may be empty');
    let then = next;
    const either = (body: number): number =>
      this.#add({ kind: 'either', next: lazy ? next : body, other: lazy ? body : next, mark: this.#marks++ });
    if (max === Infinity) {
      const loop: Extract<Step, { kind: 'either' }> = { kind: 'either', next, other: next, mark: this.#marks++ };
      then = this.#add(loop);
      const body = this.#build(of, then);
      if (lazy) loop.other = body;
      else loop.next = body;
    } else for (let i = min; i < max; i++) then = either(this.#build(of, then));
    for (let i = 0; i < min; i++) then = this.#build(of, then);
    return then;
  }

  #test(atom: string): (code: number) => boolean {
    const known = this.#tests.get(atom) ?? classTest(atom);
    this.#tests.set(atom, known);
    return known;
  }

  /** The marks of a place. */
  #place(at: number): Uint32Array {
    const words = Math.max(1, Math.ceil(this.#marks / 32));
    const block = Math.floor(at / this.#places);
    let marks = this.#failed[block];
    if (marks === undefined) {
      marks = new Uint32Array(this.#places * words);
      this.#failed[block] = marks;
      // No match goes back behind the last one.
      for (let old = Math.floor(this.#from / this.#places) - 1; old >= 0 && this.#failed[old] !== undefined; old--)
        this.#failed[old] = undefined;
    }
    const offset = (at % this.#places) * words;
    return marks.subarray(offset, offset + words);
  }

  /** False where this step was here before. */
  #mark(at: number, mark: number): boolean {
    const marks = this.#place(at);
    const word = mark >>> 5;
    const bit = 1 << (mark & 31);
    if (((marks[word] ?? 0) & bit) !== 0) return false;
    marks[word] = (marks[word] ?? 0) | bit;
    return true;
  }
}
