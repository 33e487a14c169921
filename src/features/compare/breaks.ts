// Where the lines of a text may end that is shown token by token, each in a button, which a browser would break anywhere.

/** Scripts that are written without spaces. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Characters without a space after which a line may end all the same. */
const MOST_TOGETHER = 24;

/** For each piece whether a line may end before it: at spaces, within scripts without them, and in what would be too wide. */
export function breaksBefore(pieces: readonly string[]): boolean[] {
  let together = 0;
  let before = '';
  return pieces.map(piece => {
    const between = `${[...before].at(-1) ?? ''}${[...piece][0] ?? ''}`;
    const may = before !== '' && (/\s/u.test(between) || UNSPACED.test(between) || together >= MOST_TOGETHER);
    together = may ? piece.length : together + piece.length;
    before = piece;
    return may;
  });
}
