// Characters that show nothing of themselves or steer what stands around them: controls, marks of direction, joiners, fillers, halves of pairs, piles of marks.

/** Combining marks that one character may carry: scripts take up to six, and each one more makes a line no higher. */
const MOST_MARKS = 8;

/** Variation selectors choose a form of the character before them. */
const SELECTORS = '\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}';
const SHAPELESS = `(?![${SELECTORS}])[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}\\p{Default_Ignorable_Code_Point}]`;
/** The joiner of two pictures, as families and professions have it. */
const JOINER = '(?<=\\p{Extended_Pictographic}[\\ufe0f\\u{1f3fb}-\\u{1f3ff}]?)\\u200d(?=\\p{Extended_Pictographic})';
/** Joiners within a word, which shape the letters of many scripts. */
const WORD_JOINER = '(?<=[\\p{L}\\p{M}])[\\u200c\\u200d](?=\\p{L})';
const SURPLUS = `(?<=\\p{M}{${MOST_MARKS}})\\p{M}+`;

const PART = new RegExp(
  [`(?<joiner>${JOINER})`, `(?<shapeless>${SHAPELESS})`, `(?<surplus>${SURPLUS})`, '[^]'].join('|'),
  'gu',
);
const UNSEEN = new RegExp(`${JOINER}|${WORD_JOINER}|(${SHAPELESS}|${SURPLUS})`, 'gu');
const ONE = new RegExp(`^${SHAPELESS}$`, 'u');
const LAID_FROM_RIGHT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** One character, or the marks beyond those that a character may carry. */
export interface Part {
  readonly text: string;
  readonly kind: 'seen' | 'shapeless' | 'surplus';
}

/** A text character by character; joined it is the text. */
export function* partsOf(text: string): Generator<Part> {
  for (const { 0: part, groups } of text.matchAll(PART)) {
    const kind = groups?.shapeless !== undefined ? 'shapeless' : groups?.surplus !== undefined ? 'surplus' : 'seen';
    yield { text: part, kind };
  }
}

/** Whether a character shows nothing of itself. White space but for line ends and tabs does not count. */
export function isShapeless(char: string): boolean {
  return ONE.test(char);
}

/** A character by its code: `U+202E`. */
export function codeName(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Without what is shapeless and without surplus marks; line ends and tabs stay. */
export function quiet(text: string): string {
  return text.replace(UNSEEN, (part: string, gone: string | undefined) =>
    gone === undefined || part === '\n' || part === '\t' ? part : '',
  );
}

/** The same with one space for any white space: what may stand within a line of other words, in an attribute, in a title. */
export function inLine(text: string): string {
  return quiet(text.replace(/\s+/g, ' '));
}

/** The first `most` UTF-16 units, no character cut in two. */
export function headOf(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}

/** A name or title: one line without blanks around it, of at most `most` UTF-16 units, no character cut in two. */
export function oneLine(text: string, most: number): string {
  const line = inLine(text).trim();
  return line.length <= most ? line : headOf(line, most).trimEnd();
}

/** Words that are laid from right to left get a stretch of their own, so that they turn no number beside them. */
export function isolated(line: string): string {
  return LAID_FROM_RIGHT.test(line) ? `\u2068${line}\u2069` : line;
}
