// Classifier-free guidance: the text that stands beside the real one, and the logits of both made into one row.

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
 * out the other decides alone: an id without probability here has none, one without it there keeps its own.
 */
export function guidedLogits(own: Float32Array, negative: Float32Array, scale: number): Float32Array<ArrayBuffer> {
  const [ownZ, negativeZ] = [logsumexp(own), logsumexp(negative)];
  return Float32Array.from(own, (logit, id) => {
    const mine = logit - ownZ;
    const other = (negative[id] ?? Number.NEGATIVE_INFINITY) - negativeZ;
    return logit === Number.NEGATIVE_INFINITY || other === Number.NEGATIVE_INFINITY
      ? mine
      : other + scale * (mine - other);
  });
}

function logsumexp(logits: Float32Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > top) top = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - top);
  return top + Math.log(total);
}
