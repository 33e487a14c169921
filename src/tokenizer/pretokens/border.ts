// Where a cut between two pieces is certain from two characters alone.
import { PROVED } from './published.ts';
import type { PretokenStep, SplitStep } from './steps.ts';

/**
 * Whether a new piece surely starts between two neighbouring characters, whatever stands before and after them, so that the text on
 * both sides can be tokenised apart. False where it depends. Each argument is one code point.
 */
export type BoundaryRule = (before: string, after: string) => boolean;

const SPACE = /^\p{White_Space}$/u;

function characterClass(char: string): 'letter' | 'number' | 'other' {
  if (/^\p{L}$/u.test(char)) return 'letter';
  return /^\p{N}$/u.test(char) ? 'number' : 'other';
}

/**
 * GPT-2's pattern: a piece takes white space only at its start, and apart from that characters of one class. The exceptions are
 * contractions, which join an apostrophe to letters. After white space it depends: the last space of a run goes to the next word.
 */
function gpt2Border(before: string, after: string): boolean {
  if (SPACE.test(before)) return false;
  if (SPACE.test(after)) return true;
  const left = characterClass(before);
  const right = characterClass(after);
  return left !== right && !(before === "'" && right === 'letter');
}

/** Patterns in the manner of GPT-4: punctuation may take line ends along, but no piece goes on with another space. */
function wordBorder(before: string, after: string): boolean {
  return !SPACE.test(before) && SPACE.test(after) && after !== '\n' && after !== '\r';
}

function isProved({ source, behavior, invert }: SplitStep): boolean {
  return PROVED.includes(source) && behavior === 'Isolated' && !invert;
}

function ruleOfSteps(steps: readonly PretokenStep[]): BoundaryRule | null {
  const [first] = steps;
  if (steps.length === 1 && first?.type === 'bytes' && first.regex) return gpt2Border;
  // Digits alone cut nothing between a word and a space, but what they cut changes nothing there.
  const known = steps.every(step => step.type !== 'split' || isProved(step));
  const cuts = steps.some(step => step.type === 'split' || (step.type === 'bytes' && step.regex));
  return known && cuts ? wordBorder : null;
}

const NEVER: BoundaryRule = () => false;

/** A normal form may join a character to the one before; plain white space stays apart from all. */
function inNormalForm(rule: BoundaryRule): BoundaryRule {
  return (before, after) => /^[\t\n\v\f\r ]$/.test(after) && rule(before, after);
}

/** What else decides about a border. */
export interface BorderContext {
  /** The added tokens that are found in plain text before it is cut: one that spans such a place leaves no place certain. */
  readonly words: readonly string[];
  /** Some of them look at what stands beside them, or take it along. */
  readonly wordsLookAround: boolean;
  /** The text is brought to a normal form first. */
  readonly normalised: boolean;
}

/** The rule for these steps. Proved for the pattern of GPT-2 and those in `PROVED`; never certain for others. */
export function boundaryRule(steps: readonly PretokenStep[], context: BorderContext): BoundaryRule {
  const plain = ruleOfSteps(steps);
  if (plain === null || context.wordsLookAround) return NEVER;
  const rule = context.normalised ? inNormalForm(plain) : plain;
  const spans = context.words.some(word => {
    const chars = Array.from(word);
    return chars.some((char, i) => i > 0 && rule(chars[i - 1] ?? '', char));
  });
  return spans ? NEVER : rule;
}
