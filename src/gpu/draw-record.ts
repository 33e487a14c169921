// What a draw on the GPU goes by, and the record that it leaves: words that the kernel draw reads and writes.
import { shareScale } from './row-shares.ts';

/** Ids that a record lists. */
export const LISTED = 208;
/** Ids beside them that came into the list by what the settings do to their logits, at most. */
export const RAISED = 16;
/** Ids whose logits the settings may change. */
export const MOST_TOUCHED = 4096;
/** Pieces that a row of logits is cut into at most. */
export const MOST_PIECES = 1024;
/** Logits that may reach the bound of the list. */
export const ROOM = 512;
/** Bins that the search for the end of a nucleus lays shares out in, two words each; then four words a stretch of the row. */
const BINS = 512;
/** Words before the ids that are handed over. */
export const HEADER = 21;
/** Words of a touched id: itself, how often it was seen and drawn, and its bias, f32, of which -Infinity bans it. */
export const TOUCHED_WORDS = 4;
const SETTING_WORDS = 20;
const LIST_AT = HEADER + 2 * RAISED;
export const RECORD_WORDS = LIST_AT + 2 * LISTED;
/** The buffers of a draw, and their words. */
export const DRAW_WORDS = {
  'draw/setting': SETTING_WORDS,
  'draw/pieces': MOST_PIECES * 8,
  'draw/touched': MOST_TOUCHED * TOUCHED_WORDS,
  'draw/found': 2 * ROOM * 4,
  'draw/bins': 2 * BINS,
  'draw/record': RECORD_WORDS,
} as const;

const FLAG = { sound: 1, crowded: 2, whole: 4, noGuess: 8, past: 16, sure: 32 } as const;

/** What the settings do to single logits before anything is cut. */
export interface LogitChange {
  /** Entries of the table of touched ids. */
  readonly touched: number;
  /** The id that the step before draws counts as seen and drawn once more. */
  readonly pending: boolean;
  /** Penalties; 1, 0 and 0 where there is none. */
  readonly repetition: number;
  readonly frequency: number;
  readonly presence: number;
}

/** How a token is drawn. Temperatures are not 0: a greedy draw is one of the likeliest alone. */
export interface DrawSetting {
  /** Of the weights that top-p and min-p look at, and of those that are drawn from; the same where nothing is cut. */
  readonly cutTemperature: number;
  readonly drawTemperature: number;
  /** 0: all. */
  readonly topK: number;
  /** 1: all. */
  readonly topP: number;
  readonly minP: number;
  /** 1: all; after the other cuts. */
  readonly typicalP: number;
  /** In [0, 1). */
  readonly u: number;
  /** Null where no logit is changed. */
  readonly change: LogitChange | null;
}

/** All of a row, as the model gave it. */
export const OPEN_DRAW: DrawSetting = {
  cutTemperature: 1,
  drawTemperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  typicalP: 1,
  u: 0.5,
  change: null,
};

/** The words of a setting, for a row of V logits. */
export function settingWords(setting: DrawSetting, V: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(SETTING_WORDS);
  const floats = new Float32Array(words.buffer);
  words[0] = V;
  words[1] = piecesOf(V);
  floats[2] = 1 / setting.cutTemperature;
  floats[3] = 1 / setting.drawTemperature;
  words[4] = setting.topK;
  floats[5] = setting.topP;
  floats[6] = setting.minP;
  floats[7] = setting.u;
  const { change } = setting;
  words[8] = change?.touched ?? 0;
  words[9] = change?.pending ? 1 : 0;
  floats[10] = change?.repetition ?? 1;
  floats[11] = change?.frequency ?? 0;
  floats[12] = change?.presence ?? 0;
  floats[13] = setting.typicalP;
  const { scale, rate, shift, room } = shareScale(setting.drawTemperature);
  floats[14] = scale;
  words[15] = rate;
  words[16] = shift;
  words[17] = Math.min(Math.round(setting.topP * 2 ** 32), 2 ** 32 - 1);
  words[18] = Math.floor(setting.u * 2 ** 32);
  words[19] = room;
  return words;
}

/**
 * How many pieces a row of V logits is cut into: piece i has the ids i, i + pieces, ... Most have as many as threads that make four at a time share out
 * evenly: a multiple of 32, or the next power of two.
 */
export function piecesOf(V: number): number {
  const least = Math.ceil(V / MOST_PIECES);
  const step = least > 16 ? 32 : least > 8 ? 16 : least > 4 ? 8 : 1;
  return Math.ceil(V / (step * Math.ceil(least / step)));
}

/** Sums over the ids that are not listed, relative to the largest logit of the row, in f32: of exp(a) and a exp(a). */
interface TailSums {
  readonly sum: number;
  readonly weighted: number;
}

export interface DrawRecord {
  /** The record can be gone by: all logits are sound, and the list is there. */
  readonly sound: boolean;
  /** What the GPU drew; null where it could not. To be proven. */
  readonly guess: number | null;
  /** Logit of the guess, and how many ids come before it; the latter only where it is not listed. */
  readonly logit: number;
  readonly before: number;
  /**
   * What is kept goes on past the list: `whole`, where nothing was cut, or `past`, where a nucleus ends. Of ids that are not listed, in shares
   * (row-shares.ts): `kept` is the sum of those that are surely kept, `below` of those of them that are below the guess, `near` of those that may be kept,
   * `others` of all; `sure`: the guess is one of the former.
   */
  readonly whole: boolean;
  readonly past: boolean;
  readonly sure: boolean;
  readonly kept: number;
  readonly near: number;
  readonly others: number;
  readonly below: number;
  /** Ids of the row with a finite logit. */
  readonly finite: number;
  /** The likeliest, by falling logit, ties by the lower id first. */
  readonly ids: Uint32Array;
  readonly logits: Float32Array;
  /** At temperature 1, and at that of the cuts. */
  readonly tail: TailSums;
  readonly cutTail: TailSums;
  /**
   * Ids handed over beside the list, with the logits that the model gave them: those whose changed logits reach the list, or all that are near the end of
   * a nucleus past it. There may be more of them than fit here: `raised`.
   */
  readonly raised: number;
  readonly raisedIds: Uint32Array;
  readonly raisedLogits: Float32Array;
  /** What the changes add to `cutTail.sum`, and the sum of all weights that they moved to or from it. */
  readonly added: number;
  readonly moved: number;
}

export function readRecord(floats: Float32Array<ArrayBuffer>): DrawRecord {
  const words = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const word = (i: number): number => words[i] ?? 0;
  const float = (i: number): number => floats[i] ?? 0;
  const shares = (i: number): number => word(i + 1) * 2 ** 32 + word(i);
  const flags = word(1);
  const listed = word(2);
  return {
    sound: (flags & FLAG.sound) !== 0 && (flags & FLAG.crowded) === 0,
    guess: (flags & FLAG.sound) !== 0 && (flags & (FLAG.crowded | FLAG.noGuess)) === 0 ? word(0) : null,
    logit: float(10),
    before: word(4),
    whole: (flags & FLAG.whole) !== 0,
    past: (flags & FLAG.past) !== 0,
    sure: (flags & FLAG.sure) !== 0,
    below: shares(13),
    kept: shares(15),
    near: shares(17),
    others: shares(19),
    finite: word(3),
    ids: words.subarray(LIST_AT, LIST_AT + listed),
    logits: floats.subarray(LIST_AT + LISTED, LIST_AT + LISTED + listed),
    tail: { sum: float(6), weighted: float(7) },
    cutTail: { sum: float(8), weighted: float(9) },
    raised: word(5),
    raisedIds: words.subarray(HEADER, HEADER + Math.min(RAISED, word(5))),
    raisedLogits: floats.subarray(HEADER + RAISED, HEADER + RAISED + Math.min(RAISED, word(5))),
    added: float(11),
    moved: float(12),
  };
}
