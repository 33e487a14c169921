// The text of a page that was never visited; it ends at a real choice: many tokens are about equally likely.
export const FIRST_PROMPT = 'Once upon a time there was a small';
