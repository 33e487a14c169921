// Classifier-free guidance: the text that stands beside the real one, and the logits of both made into one row.
import { logZOf } from './row.ts';

/** The negative prompt in place of what was typed before the first drawn or chosen token, and all that follows as it is. A function of the text, so runs may stop and go on. */
export function negativeText(
  prompt: Uint32Array,
  { ids, drawn }: { readonly ids: Uint32Array; readonly drawn: Uint8Array },
): Uint32Array<ArrayBuffer> {
  const first = drawn.indexOf(1);
  const rest = first < 0 ? ids.subarray(ids.length) : ids.subarray(first);
  const made = new Uint32Array(prompt.length + rest.length);
  made.set(prompt);
  made.set(rest, prompt.length);
  return made;
}

/**
 * negative + scale * (own - negative), in log-probabilities, as transformers' UnbatchedClassifierFreeGuidanceLogitsProcessor has it. What either row rules
 * out the other decides alone: an id without probability here has none, one without it there keeps its own. Throws `nan_logits`.
 */
export function guidedLogits(own: Float32Array, negative: Float32Array, scale: number): Float32Array<ArrayBuffer> {
  const [ownZ, negativeZ] = [logZOf(own), logZOf(negative)];
  return Float32Array.from(own, (logit, id) => {
    const mine = logit - ownZ;
    const other = (negative[id] ?? Number.NEGATIVE_INFINITY) - negativeZ;
    return logit === Number.NEGATIVE_INFINITY || other === Number.NEGATIVE_INFINITY
      ? mine
      : other + scale * (mine - other);
  });
}
