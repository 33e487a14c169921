// Commands in a text: the one that it ends with, the tokens of an answer, and the answers that stand in it.
import { withoutEnd } from '../../lib/without-end.ts';
import { typedTokens } from '../../stores/document/change.ts';
import type { DocumentToken, Told } from '../../stores/document/types.ts';
import { layoutTokens } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Protocol } from './types.ts';

export interface Asked {
  readonly name: string;
  /** What the model wrote behind the name. */
  readonly argument: string;
}

/** Tokens looked at for a command, from the end. */
const MOST_TOKENS = 400;
const MOST_ARGUMENT = 300;

const COMMAND = /^([A-Z][A-Z0-9_]{0,63})(?:[ (:]\s*([^\n]*?)\)?)?$/;

/**
 * The command that a text ends with, end sign and all. What came from outside is no part of it: an answer cannot ask.
 * A name in which something else stands is a command that nobody knows.
 */
export function askedBy(tokens: readonly DocumentToken[], { begin, end }: Protocol): Asked | null {
  const near = tokens.slice(-MOST_TOKENS);
  const own = near.slice(near.findLastIndex(({ origin }) => origin === 'external') + 1);
  const { text } = layoutTokens(own.map(({ bytes }) => bytes));
  // The end sign is a piece of its own behind what was drawn; only line ends may have been typed after it.
  const whole = withoutEnd(text, '\r\n');
  if (!whole.endsWith(end)) return null;
  const before = whole.slice(0, -end.length);
  const at = before.lastIndexOf(begin);
  if (at < 0) return null;
  const written = before.slice(at + begin.length).trim();
  if (/[\r\n]/.test(written)) return null;
  const [, name, argument = ''] = COMMAND.exec(written) ?? [];
  return { name: name ?? written.slice(0, 64), argument: argument.trim().slice(0, MOST_ARGUMENT) };
}

/** The answer as it stands in the text. */
export function formatted(name: string, text: string, { format }: Pick<Protocol, 'format'>): string {
  const label = name.endsWith('_DATA') ? name : `${name}_DATA`;
  const parts: Readonly<Record<string, string>> = { '{label}': label, '{name}': name, '{text}': text };
  return format.replaceAll(/\{(?:label|name|text)\}/g, part => parts[part] ?? part);
}

/** An answer as tokens behind `before`: plain text, whatever special tokens it spells. */
export function externalTokens(
  tokenizer: Tokenizer,
  before: readonly DocumentToken[],
  text: string,
  told: Told,
): readonly DocumentToken[] {
  const place = tokenizer.placeBetween(before, before.length, before.length);
  return typedTokens(tokenizer, text, place).map(token => ({ ...token, origin: 'external' as const, told }));
}

/** An answer that stands in the text. */
export interface Round {
  /** First token, and one past the last. */
  readonly from: number;
  readonly to: number;
  readonly told: Told;
  readonly text: string;
}

export function roundsOf(tokens: readonly DocumentToken[]): readonly Round[] {
  const rounds: Round[] = [];
  for (let from = 0; from < tokens.length; from++) {
    const told = tokens[from]?.told;
    if (told === undefined) continue;
    let to = from;
    while (tokens[to]?.told === told) to += 1;
    const { text } = layoutTokens(tokens.slice(from, to).map(({ bytes }) => bytes));
    rounds.push({ from, to, told, text });
    from = to - 1;
  }
  return rounds;
}

/** What the format has before and behind an answer; null where another one, or the template of a chat, has written it. */
function frameOf({ told, text }: Pick<Round, 'told' | 'text'>, protocol: Pick<Protocol, 'format'>) {
  const [before = '', after = ''] = formatted(told.command, '\0', protocol).split('\0');
  const fits = text.startsWith(before) && text.endsWith(after) && text.length >= before.length + after.length;
  return fits ? { before, after } : null;
}

export function isFormatted(round: Pick<Round, 'told' | 'text'>, protocol: Pick<Protocol, 'format'>): boolean {
  return frameOf(round, protocol) !== null;
}

/** The answer itself, of a text that the format has made; all of it where something else has. */
export function unformatted(round: Pick<Round, 'told' | 'text'>, protocol: Pick<Protocol, 'format'>): string {
  const frame = frameOf(round, protocol);
  const { text } = round;
  return frame === null ? text.trim() : text.slice(frame.before.length, text.length - frame.after.length);
}
