// Segments of the painted text: token by token where they are in sight, plain text elsewhere.
import { Fragment, memo, type ReactNode } from 'react';
import { cx } from '../../ui/controls/cx.ts';
import tinted from '../shared/TintedToken.module.css';
import { fieldText } from './fieldText.ts';
import styles from './Overlay.module.css';
import { looksAlike, type PaintedPiece, type PaintedRange, type Painting, paint, stretches } from './paint.ts';
import type { Block } from './segments.ts';

const GLYPH_CLASS = {
  text: undefined,
  space: styles.space,
  line: styles.line,
  bare: undefined,
  tab: styles.tab,
} as const;

const PLACE_CLASS = { within: undefined, border: cx(styles.border, styles.beyond), beyond: styles.beyond } as const;

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
  place,
}: Omit<PaintedPiece, 'first'>) {
  return (
    <span
      className={cx(
        tinted.tinted,
        styles.token,
        special && styles.special,
        count > 1 && styles.split,
        reads && styles.reads,
        faded && styles.faded,
        selected && styles.selected,
        PLACE_CLASS[place],
      )}
      data-piece={place}
      data-step={step ?? undefined}
      data-origin={origin === 'typed' ? undefined : origin}
    >
      {stretches(fieldText(text), afterSpace).map((stretch, i) =>
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

/** Its pieces are known by their place in the segment, so that a token before it makes none of them anew. */
const PaintedSegment = memo(function PaintedSegment({ painting, from, to }: PaintedRange) {
  return (
    <span data-segment="painted">
      {paint(painting, { from, to }).map(({ first, ...piece }) => (
        <Piece key={first - from} {...piece} />
      ))}
    </span>
  );
}, looksAlike);

const PlainSegment = memo(function PlainSegment({ text }: { text: string }) {
  return <span data-segment="plain">{fieldText(text)}</span>;
});

interface PaintedBlockProps {
  readonly block: Block;
  /** Segments `[from, to)` of the block are in sight; the others are plain. */
  readonly from: number;
  readonly to: number;
  /** Index of its first token; 0 where nothing of it is in sight. */
  readonly first: number;
  /** Null where nothing of it is in sight, so that it stays as it is. */
  readonly painting: Painting | null;
  /** What stands behind the text, in the last block. */
  readonly children?: ReactNode;
}

/** Some lines of the text. */
export const PaintedBlock = memo(function PaintedBlock({
  block,
  from,
  to,
  first,
  painting,
  children,
}: PaintedBlockProps) {
  let token = first;
  return (
    <div>
      {block.map((segment, i) => {
        const start = token;
        token += segment.tokens;
        return painting !== null && i >= from && i < to ? (
          <PaintedSegment key={segment.id} painting={painting} from={start} to={token} />
        ) : (
          <PlainSegment key={segment.id} text={segment.text} />
        );
      })}
      {children}
    </div>
  );
});
