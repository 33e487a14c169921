// The text of a token on one line, with visible spaces and line ends; bytes that are no text by themselves as hexadecimal.
import { cx } from './cx.ts';
import styles from './TokenText.module.css';
import { shortHex, spokenText, visiblePieces } from './visible.ts';

interface TokenTextProps {
  /** Null where the bytes are part of a character only. */
  text: string | null;
  bytes?: Uint8Array | undefined;
  special?: boolean | undefined;
}

export function TokenText({ text, bytes, special = false }: TokenTextProps) {
  if (text === null)
    return (
      <span translate="no" className={styles.bytes}>
        {bytes ? shortHex(bytes) : '?'}
      </span>
    );
  const pieces = visiblePieces(text);
  return (
    <span translate="no" className={cx(styles.token, special && styles.special)}>
      <span className="visually-hidden">{spokenText(text) || 'empty'}</span>
      <span aria-hidden="true">
        {pieces.map((piece, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity.
          <span key={i} className={cx(piece.glyph && styles.glyph)}>
            {piece.text}
          </span>
        ))}
      </span>
    </span>
  );
}
