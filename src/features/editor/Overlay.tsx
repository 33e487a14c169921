// The painted overlay of the textarea: the same text in the same face, one span per token.
import { Fragment, memo, useLayoutEffect, useMemo, useRef } from 'react';
import { useAttentionTint, useDocument, useStores, useView } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { cx } from '../../ui/controls/cx.ts';
import styles from './Overlay.module.css';
import { type PaintedPiece, paint, stretches } from './paint.ts';

const GLYPH_CLASS = {
  text: undefined,
  space: styles.space,
  line: styles.line,
  bare: undefined,
  tab: styles.tab,
} as const;

type PieceProps = Omit<PaintedPiece, 'first'>;

/** One token, or the tokens of one character. Redrawn only when one of its facts changes. */
const Piece = memo(function Piece({
  text,
  afterSpace,
  count,
  step,
  origin,
  special,
  selected,
  reads,
  faded,
}: PieceProps) {
  return (
    <span
      className={cx(
        styles.token,
        special && styles.special,
        count > 1 && styles.split,
        reads && styles.reads,
        faded && styles.faded,
        selected && styles.selected,
      )}
      data-step={step ?? undefined}
      data-origin={origin === 'typed' ? undefined : origin}
    >
      {stretches(text, afterSpace).map((stretch, i) =>
        stretch.kind === 'text' || stretch.kind === 'bare' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no other identity.
          <Fragment key={i}>{stretch.text}</Fragment>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no other identity.
          <span key={i} className={GLYPH_CLASS[stretch.kind]}>
            {stretch.text}
          </span>
        ),
      )}
    </span>
  );
});

/** A token that was selected elsewhere on the page comes into sight; one selected in the text is there already. */
function useSelectedInSight(overlay: React.RefObject<HTMLElement | null>): void {
  const { generation } = useStores();
  const selected = useDocument(s => s.selected);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the selected place is what moves the text.
  useLayoutEffect(() => {
    if (first.current || isRunning(generation.getState().status) || document.activeElement?.tagName === 'TEXTAREA') {
      first.current = false;
      return;
    }
    // Not returned: newer browsers answer with a promise, which is no clean-up.
    void overlay.current?.querySelector(`.${styles.selected}, .${styles.next}`)?.scrollIntoView({ block: 'nearest' });
  }, [overlay, generation, selected]);
}

export function Overlay() {
  const overlay = useRef<HTMLDivElement>(null);
  useSelectedInSight(overlay);
  const tokens = useDocument(s => s.tokens);
  const view = useDocument(s => s.view);
  const text = useDocument(s => s.text);
  const selected = useDocument(s => s.selected);
  const tint = useView(s => s.tint);
  const borders = useView(s => s.borders);
  const whitespace = useView(s => s.whitespace);
  const attentionTint = useAttentionTint(s => s.shown);
  const pieces = useMemo(
    () => paint(tokens, view, selected, tint, attentionTint),
    [tokens, view, selected, tint, attentionTint],
  );
  // A line that is open at the end has no height of its own; anything else must get nothing, or it might wrap where the textarea does not.
  const endsInLine = text === '' || text.endsWith('\n');
  return (
    <div
      ref={overlay}
      aria-hidden="true"
      className={cx(styles.overlay, borders && styles.borders, whitespace && styles.whitespace)}
      data-testid="overlay"
    >
      {pieces.length > 0 ? pieces.map(({ first, ...piece }) => <Piece key={first} {...piece} />) : text}
      <span className={cx(styles.end, selected === 'end' && text !== '' && styles.next)}>
        {endsInLine ? '\u200b' : ''}
      </span>
    </div>
  );
}
