// The painted overlay of the textarea: the same text in the same face, one span per token where it is in sight.

import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { useAttentionTint, useDocument, useModel, useStores, useView } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { cx } from '../../ui/controls/cx.ts';
import { fieldText } from './fieldText.ts';
import styles from './Overlay.module.css';
import { PaintedBlock } from './Piece.tsx';
import type { Painting } from './paint.ts';
import { blocksOf, cutSegments, NO_SEGMENTS, type Segment, type Segments } from './segments.ts';
import { bringIntoSight, grows, UNITS_A_FRAME, useSight } from './sight.ts';

/** A token that was selected elsewhere on the page comes into sight; one selected in the text is there already. */
function useSelectedInSight(overlay: RefObject<HTMLElement | null>, list: readonly Segment[]): void {
  const { generation, document: store } = useStores();
  const selected = useDocument(s => s.selected);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the selected place is what moves the text.
  useLayoutEffect(() => {
    if (first.current || isRunning(generation.getState().status) || document.activeElement?.tagName === 'TEXTAREA') {
      first.current = false;
      return;
    }
    const painted = overlay.current?.querySelector(`.${styles.selected}, .${styles.next}`);
    // Not returned: newer browsers answer with a promise, which is no clean-up.
    if (painted) void painted.scrollIntoView({ block: 'nearest' });
    else if (overlay.current) bringIntoSight(overlay.current, list, store.getState().view, selected);
  }, [overlay, generation, selected]);
}

/** The segments of the text as it stands; what has not changed since the last time is the same. */
function useSegments(): Segments {
  const tokens = useDocument(s => s.tokens);
  const view = useDocument(s => s.view);
  const before = useRef(NO_SEGMENTS);
  const now = useMemo(() => cutSegments(before.current, tokens, view), [tokens, view]);
  useEffect(() => {
    before.current = now;
  }, [now]);
  return now;
}

function usePainting(): Painting {
  const tokens = useDocument(s => s.tokens);
  const view = useDocument(s => s.view);
  const selected = useDocument(s => s.selected);
  const tint = useView(s => s.tint);
  const attentionTint = useAttentionTint(s => s.shown);
  const limit = useModel(s => (s.load.status === 'ready' ? tokensAllowed(s) : null));
  return useMemo(
    () => ({ tokens, view, selected, tint, attentionTint, limit }),
    [tokens, view, selected, tint, attentionTint, limit],
  );
}

export function Overlay() {
  const overlay = useRef<HTMLDivElement>(null);
  const { list } = useSegments();
  const painting = usePainting();
  const text = useDocument(s => s.text);
  const borders = useView(s => s.borders);
  const whitespace = useView(s => s.whitespace);
  // What has no tokens yet. A long stretch of it is left to the textarea, which shows its own text meanwhile.
  const pending = text.length - painting.view.text.length;
  const plain = pending <= UNITS_A_FRAME || !grows() ? text.slice(painting.view.text.length) : '';
  const sight = useSight(overlay, list, painting.tokens.length, plain.length === pending);
  useSelectedInSight(overlay, list);
  const whole = sight.laid === list.length;
  const blocks = useMemo(() => blocksOf(list.slice(0, sight.laid)), [list, sight.laid]);
  // A line that is open at the end has no height of its own; anything else must get nothing, or it might wrap where the textarea does not.
  const endsInLine = text === '' || text.endsWith('\n');
  const end = (
    <>
      {fieldText(plain)}
      <span data-end className={cx(styles.end, painting.selected === 'end' && text !== '' && styles.next)}>
        {endsInLine ? '\u200b' : ''}
      </span>
    </>
  );
  let [segment, token] = [0, 0];
  return (
    <div
      ref={overlay}
      aria-hidden="true"
      translate="no"
      className={cx(styles.overlay, borders && styles.borders, whitespace && styles.whitespace)}
      data-testid="overlay"
      data-behind={sight.behind || undefined}
    >
      {blocks.map((block, i) => {
        const [begin, first] = [segment, token];
        segment += block.length;
        token += block.reduce((sum, each) => sum + each.tokens, 0);
        const from = Math.max(0, Math.min(sight.from - begin, block.length));
        const to = Math.max(0, Math.min(sight.to - begin, block.length));
        const near = from < to;
        return (
          <PaintedBlock
            key={block[0]?.id ?? 0}
            block={block}
            from={near ? from : 0}
            to={near ? to : 0}
            first={near ? first : 0}
            painting={near ? painting : null}
          >
            {whole && i === blocks.length - 1 && end}
          </PaintedBlock>
        );
      })}
    </div>
  );
}
