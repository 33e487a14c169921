// What a person does to the biases and the caret while other models stand in for the one in use.
import type { Bias } from '../../sampling/steps/logit_bias.ts';
import type { DocumentState, Selection } from '../../stores/document/types.ts';
import type { Stores } from '../../stores/stores.ts';
import { type BiasTrail, biasesHome, movedTrails, withBiases } from './bias-trails.ts';

export class Meanwhile {
  readonly #settings: Stores['settings'];
  #trails: readonly BiasTrail[] = [];
  /** The last move of the caret alone, and the text that it was made in; null where there was none. */
  #moved: Pick<DocumentState, 'selection' | 'text'> | null = null;
  readonly end: () => void;

  constructor({ document, settings }: Pick<Stores, 'document' | 'settings'>) {
    this.#settings = settings;
    this.end = document.subscribe((now, before) => {
      if (now.tokenizer !== before.tokenizer) this.#leave(before.tokenizer, now.tokenizer);
      // Whatever changes text or ids besides moves it too.
      else if (now.selection !== before.selection && now.revision === before.revision)
        this.#moved = { selection: now.selection, text: now.text };
    });
  }

  /** The document has the tokenizer before the biases move to its ids. */
  #leave(before: DocumentState['tokenizer'], after: DocumentState['tokenizer']): void {
    if (before === null || after === null || before.fingerprint === after.fingerprint) return;
    const { logit_bias } = this.#settings.getState().settings;
    this.#trails = movedTrails(withBiases(this.#trails, logit_bias, before), before, after);
  }

  /** In ids of the tokenizer that is here again: as they stand, with those that a vocabulary in between had no token for. */
  biases({ tokenizer }: Pick<DocumentState, 'tokenizer'>): readonly Bias[] {
    const { logit_bias } = this.#settings.getState().settings;
    return tokenizer === null ? logit_bias : biasesHome(withBiases(this.#trails, logit_bias, tokenizer), tokenizer);
  }

  /** Where a person has put the caret, in the text that is here again; null where nobody has moved it. What a vocabulary opens a text with stands before it. */
  caret({ text }: Pick<DocumentState, 'text'>): Selection | null {
    if (this.#moved === null) return null;
    const { selection, text: there } = this.#moved;
    const here = (offset: number): number => Math.max(0, offset + text.length - there.length);
    return { start: here(selection.start), end: here(selection.end), focus: selection.focus };
  }
}
