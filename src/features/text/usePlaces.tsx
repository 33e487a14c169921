// Positions of the text as points of a plot: their names, their faces, which one is selected, and selecting one.
import { useMemo } from 'react';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useDocument, useStores } from '../../stores/react.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { spokenFace, textOfBytes } from '../shared/tokenFace.ts';
import styles from './TextView.module.css';

function Face({ token, position }: { token: DocumentToken | undefined; position: number }) {
  return (
    <span className={styles.face}>
      <span className="num">{position}</span>{' '}
      {token ? (
        <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />
      ) : (
        <em>what comes next</em>
      )}
    </span>
  );
}

/** `tokens` of the text as far as they fit; the point after them is the place after the end, or the first token beyond the context. */
export function usePlaces(tokens: readonly DocumentToken[]) {
  const { document } = useStores();
  const selected = useDocument(s => s.selected);
  const all = useDocument(s => s.tokens);
  const whole = all.length;
  return useMemo(() => {
    const { length } = tokens;
    const marked = selected === 'end' ? (whole === length ? length : null) : selected <= length ? selected : null;
    return {
      marked,
      onSelect: (point: number) => document.getState().selectToken(point >= whole ? 'end' : point),
      pointName: (point: number) => {
        const token = tokens[point] ?? all[point];
        return token ? `position ${point}, ${spokenFace(token)}` : `position ${point}, what comes next`;
      },
      pointFace: (point: number) => <Face token={tokens[point] ?? all[point]} position={point} />,
    };
  }, [document, tokens, selected, all, whole]);
}
