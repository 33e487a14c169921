// What a model thinks before its answer stands between <think> and </think>; some templates open it themselves.

export interface ReplyParts {
  /** Null where there is none. */
  readonly thinking: string | null;
  /** It still goes on. */
  readonly open: boolean;
  readonly answer: string;
}

const OPEN = /^\s*<think>/;
const CLOSE = '</think>';

/** @param prompt what stands before the reply. */
export function replyParts(reply: string, prompt: string): ReplyParts {
  const begun = /<think>\s*$/.test(prompt);
  const opened = OPEN.exec(reply)?.[0];
  if (!begun && opened === undefined) return { thinking: null, open: false, answer: reply };
  const from = opened?.length ?? 0;
  const end = reply.indexOf(CLOSE, from);
  if (end < 0) return { thinking: reply.slice(from), open: true, answer: '' };
  return { thinking: reply.slice(from, end), open: false, answer: reply.slice(end + CLOSE.length) };
}

/** Where the answer begins in a reply; its end while the model still thinks. @param prompt '' where it is not known any more */
export function answerStart(reply: string, prompt: string): number {
  const { thinking, answer } = replyParts(reply, prompt);
  if (thinking !== null) return reply.length - answer.length;
  const close = reply.indexOf(CLOSE);
  return close < 0 ? 0 : close + CLOSE.length;
}
