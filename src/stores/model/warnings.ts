// What is odd about a model that runs all the same, in a sentence.
import { formatCount } from '../../lib/format.ts';
import type { ModelWarning } from '../../protocol/events.ts';

/** With the file's own words, for the panel that tells of the model. */
export function warningWords({ code, detail }: ModelWarning): string {
  switch (code) {
    case 'ids_as_text':
      return `${noticeOfWarning(code)} (${String(detail.why ?? 'no tokenizer').slice(0, 200)})`;
    case 'tokenizer_surplus': {
      const [surplus, rows] = [Number(detail.surplus), Number(detail.vocab_size)];
      return `The tokenizer has ${formatCount(surplus)} more ${surplus === 1 ? 'token' : 'tokens'} than the ${formatCount(rows)} rows of the model: left out, neither typed nor drawn.`;
    }
    case 'classifier':
      return `${noticeOfWarning(code)} (${String(detail.tensor ?? '').slice(0, 100)})`;
    default:
      return code satisfies never;
  }
}

/** Once, under the text, when the model is there. */
export function noticeOfWarning(code: ModelWarning['code']): string {
  switch (code) {
    case 'ids_as_text':
      return 'This model has no tokenizer that can be read here, so its text is token ids: write \\[17\\] for the token 17.';
    case 'tokenizer_surplus':
      return 'The tokenizer has more tokens than the model. The rest are left out: they can be neither typed nor drawn.';
    case 'classifier':
      return 'This file holds a head for classes, which is not read. Next tokens come from the embedding alone and may make little sense.';
    default:
      return code satisfies never;
  }
}
