// What is asked of an expression, and what became of it.
import { type ExpressionInput, evaluate } from './evaluate.ts';
import { ExpressionFault } from './lex.ts';

export interface ExpressionRequest extends ExpressionInput {
  readonly source: string;
}

export type Worked = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly words: string };

export function worked({ source, ...input }: ExpressionRequest): Worked {
  try {
    return { ok: true, text: evaluate(source, input) };
  } catch (thrown) {
    // A stack that is full, a text that is too long for the browser.
    const words = thrown instanceof ExpressionFault ? thrown.message : 'The expression is too much for this browser.';
    return { ok: false, words };
  }
}
