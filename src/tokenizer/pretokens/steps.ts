// Pre-tokenisation: how text is cut into pieces that BPE never merges across, as the `pre_tokenizer` of a tokenizer.json says.
import { NucleusError } from '../../lib/error.ts';
import { gpt2Pieces } from './gpt2.ts';
import { compilePattern, literalPattern } from './pattern.ts';
import { type Behavior, isBehavior, splitAt, type TextPattern } from './split.ts';
import { UnknownPattern } from './unknown-pattern.ts';

export interface SplitStep {
  readonly type: 'split';
  readonly pattern: TextPattern;
  /** The pattern as the file has it. */
  readonly source: string;
  readonly behavior: Behavior;
  /** The matches are what lies between, and the other way round. */
  readonly invert: boolean;
}

export type PretokenStep =
  /** Text becomes bytes here; with `regex`, GPT-2's pattern cuts first. The last step. */
  | { readonly type: 'bytes'; readonly regex: boolean }
  | SplitStep
  | { readonly type: 'digits'; readonly individual: boolean };

const NUMBER = /\p{N}/gu;

function bad(message: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file: 'tokenizer.json' });
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw bad('pre_tokenizer is not an object');
  return Object.fromEntries(Object.entries(value));
}

function readSplit(split: Readonly<Record<string, unknown>>): SplitStep {
  const { pattern, behavior, invert } = split;
  if (!isBehavior(behavior)) throw bad(`the behavior ${JSON.stringify(behavior)} of a Split is not supported`);
  const { Regex, String: literal } = fields(pattern ?? {});
  const source = typeof Regex === 'string' ? Regex : literal;
  if (typeof source !== 'string') throw bad('a Split of the pre-tokenizer has no pattern');
  try {
    const compiled = typeof Regex === 'string' ? compilePattern(Regex) : new RegExp(literalPattern(source), 'gu');
    return { type: 'split', pattern: compiled, source, behavior, invert: invert === true };
  } catch (thrown) {
    if (!(thrown instanceof UnknownPattern)) throw thrown;
    throw bad(
      `the pattern ${JSON.stringify(source)} of the pre-tokenizer is not supported, because of ${thrown.message}`,
    );
  }
}

function readSteps(pretokenizer: unknown): PretokenStep[] {
  const read = fields(pretokenizer);
  const { type, pretokenizers, use_regex, individual_digits, add_prefix_space } = read;
  switch (type) {
    case 'ByteLevel':
      if (add_prefix_space === true) throw bad('a space in front of all text is not done here');
      return [{ type: 'bytes', regex: use_regex !== false }];
    case 'Digits':
      return [{ type: 'digits', individual: individual_digits === true }];
    case 'Split':
      return [readSplit(read)];
    case 'Sequence':
      if (!Array.isArray(pretokenizers)) throw bad('a Sequence of pre-tokenizers is not a list');
      return pretokenizers.flatMap(readSteps);
    default:
      throw bad(`the pre-tokenizer ${JSON.stringify(type)} is not supported`);
  }
}

/**
 * The steps of the `pre_tokenizer` of a tokenizer.json. Throws `bad_tokenizer`, naming the part, for what is not done here exactly as the file means it.
 */
export function readPretokenizer(pretokenizer: unknown): PretokenStep[] {
  if (pretokenizer === undefined || pretokenizer === null) return [];
  const steps = readSteps(pretokenizer);
  const bytes = steps.findIndex(step => step.type === 'bytes');
  if (bytes >= 0 && bytes < steps.length - 1) {
    throw bad(`the pre-tokenizer ByteLevel is not supported before another one (${steps[bytes + 1]?.type})`);
  }
  return steps;
}

function cut(text: string, step: PretokenStep): Iterable<string> {
  switch (step.type) {
    case 'bytes':
      return step.regex ? gpt2Pieces(text) : [text];
    case 'digits':
      return splitAt(text, NUMBER, step.individual ? 'Isolated' : 'Contiguous', false);
    case 'split':
      return splitAt(text, step.pattern, step.behavior, step.invert);
    default:
      return step satisfies never;
  }
}

/** The pieces of a text, in order, each as soon as it is asked for. */
export function* pretokens(text: string, steps: readonly PretokenStep[]): Generator<string> {
  const [step, ...rest] = steps;
  if (step === undefined) {
    if (text !== '') yield text;
  } else if (rest.length === 0) {
    yield* cut(text, step);
  } else {
    for (const piece of cut(text, step)) yield* pretokens(piece, rest);
  }
}

/** All pieces of a text. */
export function pretokenise(text: string, steps: readonly PretokenStep[]): string[] {
  return [...pretokens(text, steps)];
}

/** Whether the pieces hold all of the text. */
export function keepsAll(steps: readonly PretokenStep[]): boolean {
  return steps.every(step => step.type !== 'split' || step.behavior !== 'Removed');
}
