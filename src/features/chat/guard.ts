// Keeps what turns say text: where a content spells a special token, a mark within the spelling goes through the template with it, and says afterwards that
// no special token stands there. Only what the template writes itself, and what was drawn as a special token, becomes one.
import type { IsPlain } from '../../tokenizer/added-words.ts';
import { literalPattern } from '../../tokenizer/pretokens/pattern.ts';

/** A rendered text without marks, and where they stood in it, UTF-16 units, rising. */
export interface Guarded {
  readonly text: string;
  readonly marks: readonly number[];
}

const [FIRST, LAST] = [0xe0b0, 0xf8ff];

export class Guard {
  readonly #mark: string;
  readonly #spelled: RegExp | null;

  /** @param given all texts that may be marked, and the template: the mark is a character of none of them. */
  constructor(specials: Iterable<string>, given: string) {
    let code = FIRST;
    while (code < LAST && given.includes(String.fromCharCode(code))) code++;
    this.#mark = String.fromCharCode(code);
    const each = Array.from(specials, literalPattern).filter(Boolean);
    // Looks ahead, so that spellings that reach into each other are all found.
    this.#spelled = each.length === 0 ? null : new RegExp(`(?=${each.join('|')})`, 'gu');
  }

  /** @param controls where special tokens that were drawn begin in `text` */
  hide(text: string, controls: readonly number[] = []): string {
    if (this.#spelled === null) return text;
    let [hidden, at] = ['', 0];
    for (const { index } of text.matchAll(this.#spelled)) {
      if (controls.includes(index)) continue;
      const end = index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);
      hidden += text.slice(at, end) + this.#mark;
      at = end;
    }
    return hidden + text.slice(at);
  }

  /** All texts within a value, the names of its fields too. */
  hideAll(value: unknown): unknown {
    if (typeof value === 'string') return this.hide(value);
    if (Array.isArray(value)) return value.map(each => this.hideAll(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [this.hide(key), this.hideAll(each)]));
  }

  read(marked: string): Guarded {
    const parts = marked.split(this.#mark);
    let at = 0;
    const marks = parts.slice(0, -1).map(part => {
      at += part.length;
      return at;
    });
    return { text: parts.join(''), marks };
  }
}

/** Whether what stands in [start, end) is text, whatever it spells. */
export function plainIn({ marks }: Pick<Guarded, 'marks'>): IsPlain {
  return (start, end) => {
    let [least, most] = [0, marks.length];
    while (least < most) {
      const half = (least + most) >> 1;
      if ((marks[half] ?? 0) <= start) least = half + 1;
      else most = half;
    }
    return (marks[least] ?? Number.POSITIVE_INFINITY) < end;
  };
}
