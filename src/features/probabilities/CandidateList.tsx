// All candidates of a place: a window over as many rows as wanted, walked with the arrow keys, searched by text or id.
import { type KeyboardEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useDocument, usePins, useStores, useView } from '../../stores/react.ts';
import { CANDIDATES_STEP } from '../../stores/view.ts';
import { isPressed } from '../../ui/controls/chord.ts';
import { cx } from '../../ui/controls/cx.ts';
import { rowsInView } from '../../ui/controls/rowWindow.ts';
import { Cell, Row } from '../../ui/heatmap/Grid.tsx';
import { focusText } from '../shared/focusText.ts';
import type { Ranked } from '../shared/ranked.ts';
import styles from './CandidateList.module.css';
import { CandidateRow } from './CandidateRow.tsx';
import { candidateOf, largestOf, tailOf } from './candidates.ts';
import type { Inspected } from './inspected.ts';
import { CANDIDATE_KEYS } from './keys.ts';
import { listedIds, rowHeight, stepIndex } from './listed.ts';
import { TailRow } from './TailRow.tsx';

export function CandidateList({ inspected, ranked }: { inspected: Inspected; ranked: Ranked }) {
  const { view, generation, pins: pinStore, document: documentStore } = useStores();
  const { drawn, now, token, tokenizer, place } = inspected;
  const count = useView(s => s.candidateCount);
  const search = useView(s => s.search);
  const selected = useView(s => s.candidate);
  const pins = usePins(s => s.pins);
  const revision = useDocument(s => s.revision);
  const pane = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 600 });
  const height = rowHeight();

  const ids = useMemo(
    () => listedIds(ranked, tokenizer, search, count, token?.id ?? null),
    [ranked, tokenizer, search, count, token?.id],
  );
  const shown = search === '' ? Math.min(count, ranked.ids.length) : 0;
  const tail = useMemo(() => tailOf(ranked, shown, drawn, now), [ranked, shown, drawn, now]);
  const largest = useMemo(() => largestOf(ranked, drawn, now), [ranked, drawn, now]);
  const { from, to } = rowsInView(scroll.top, scroll.height, height, ids.length);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another place or search starts at the top.
  useLayoutEffect(() => {
    if (pane.current) pane.current.scrollTop = 0;
  }, [place, search, revision]);
  useLayoutEffect(() => {
    const element = pane.current;
    if (!element) return;
    const measure = () => setScroll({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // A candidate of a run that writes on is chosen where it stands: the list stays at that place.
  const select = (id: number): void => {
    if (inspected.stale) return;
    if (inspected.live) documentStore.getState().selectToken(place);
    view.getState().selectCandidate(id);
  };
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    if (inspected.stale) return;
    if (isPressed(event, CANDIDATE_KEYS.take) && selected !== null) {
      event.preventDefault();
      view.getState().selectCandidate(null);
      focusText();
      void generation.getState().continueFrom(place, selected);
      return;
    }
    if (isPressed(event, CANDIDATE_KEYS.pin) && selected !== null) {
      event.preventDefault();
      pinStore.getState().toggle(selected);
      return;
    }
    if (!isPressed(event, CANDIDATE_KEYS.walk)) return;
    const next = stepIndex(event.key, selected === null ? -1 : ids.indexOf(selected), ids.length);
    const id = next === null ? undefined : ids[next];
    if (id === undefined || next === null || !pane.current) return;
    event.preventDefault();
    select(id);
    const top = next * height;
    const { scrollTop, clientHeight } = pane.current;
    const head = pane.current.querySelector<HTMLElement>('[data-head]')?.offsetHeight ?? 0;
    if (top < scrollTop) pane.current.scrollTop = top;
    else if (top + height > scrollTop + clientHeight - head)
      pane.current.scrollTop = top + height - clientHeight + head;
  };

  const columns = drawn && now ? 3 : drawn || now ? 2 : 1;
  return (
    <div className={cx(styles.list, styles[`columns${columns}`])}>
      {/* biome-ignore lint/a11y/useSemanticElements: a windowed grid of 50,257 rows is no table element. */}
      <div
        ref={pane}
        role="grid"
        aria-label="Candidates"
        aria-rowcount={ids.length + 1}
        aria-activedescendant={selected !== null && ids.includes(selected) ? `candidate-${selected}` : undefined}
        tabIndex={0}
        className={styles.pane}
        onKeyDown={walk}
        onScroll={event => setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      >
        <Row aria-rowindex={1} className={cx(styles.row, styles.head)} data-head>
          <Cell head>#</Cell>
          <Cell head>token</Cell>
          <Cell head>before sampling</Cell>
          {drawn && <Cell head>after, as drawn</Cell>}
          {now && <Cell head>{drawn ? 'with these settings' : 'after sampling'}</Cell>}
        </Row>
        <div role="presentation" className={styles.rows} style={{ height: ids.length * height }}>
          {ids.slice(from, to).map((id, i) => (
            <CandidateRow
              key={id}
              candidate={candidateOf(id, ranked, drawn, now)}
              tokenizer={tokenizer}
              row={from + i + 2}
              top={(from + i) * height}
              look={pins.find(pin => pin.id === id)?.look ?? null}
              selected={id === selected}
              current={id === token?.id}
              columns={columns}
              largest={largest}
              onSelect={() => select(id)}
            />
          ))}
        </div>
        {ids.length === 0 && <p className={styles.none}>No token of this vocabulary has that text or id.</p>}
        {search === '' && tail.count > 0 && (
          <TailRow
            tail={tail}
            drawn={drawn !== null}
            now={now !== null}
            complete={ranked.ids.length === ranked.vocabulary}
            step={CANDIDATES_STEP}
          />
        )}
      </div>
    </div>
  );
}
