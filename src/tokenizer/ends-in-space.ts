// The hint about a space at the end of a prompt.

/**
 * True when the text ends in a space (U+0020) and the tokenizer's words carry their leading space: the model has rarely seen a word that
 * follows a lone space token, so its continuation gets worse. Taking one space away mends it.
 */
export function endsInSpace(text: string, tokenizer: { readonly leadingSpace: boolean }): boolean {
  return tokenizer.leadingSpace && text.endsWith(' ');
}
