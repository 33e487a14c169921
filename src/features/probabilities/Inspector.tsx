// The column to look inside: the selected token, what else could have come, and what sampling did to it.
import { useEffect, useRef } from 'react';
import { formatCount } from '../../lib/format.ts';
import { TYPED_HINT } from '../../lib/typed-text.ts';
import { useDocument, useStores, useView } from '../../stores/react.ts';
import { SearchField } from '../../ui/controls/SearchField.tsx';
import { Tabs } from '../../ui/controls/Tabs.tsx';
import { BarScaleSwitch } from '../shared/BarScaleSwitch.tsx';
import { readySearch } from '../shared/readySearch.ts';
import { CandidateList } from './CandidateList.tsx';
import { ContinueBar } from './ContinueBar.tsx';
import { ComingBar, EmptyState } from './EmptyState.tsx';
import styles from './Inspector.module.css';
import { useInspected } from './inspected.ts';
import { PartialNote } from './PartialNote.tsx';
import { PinnedHere } from './PinnedHere.tsx';
import { Stages } from './Stages.tsx';
import { TokenFacts } from './TokenFacts.tsx';

const TABS = [
  { key: 'candidates', label: 'Candidates' },
  { key: 'stages', label: 'Sampling steps' },
] as const;

/** Over the list: what to look for in it, and what its bars are long for. */
function ListAside({ vocabulary }: { vocabulary: number }) {
  const search = useView(s => s.search);
  const setSearch = useView(s => s.setSearch);
  const tokenizer = useDocument(s => s.tokenizer);
  return (
    <div className={styles.aside}>
      <SearchField
        label="Search the candidates by text or id"
        placeholder={`Search ${formatCount(vocabulary)} tokens`}
        hint={TYPED_HINT}
        value={search}
        onChange={setSearch}
        onEnter={readySearch(tokenizer)}
      />
      <BarScaleSwitch />
    </div>
  );
}

export function Inspector() {
  const { view } = useStores();
  const inspected = useInspected();
  const panel = useView(s => s.panel);
  const shown = panel === 'stages' ? 'stages' : 'candidates';
  const { place, live, stale } = inspected;
  const followed = useRef(false);
  // Another place: the list starts from the top again. One that goes on with a run does not, nor does the one where a person stopped it.
  useEffect(() => {
    if (!followed.current || (!live && place === 'end')) view.getState().resetCandidates();
    followed.current = live;
  }, [view, place, live]);
  return (
    <section className={styles.inspector} aria-label="Token" aria-busy={stale}>
      <div>
        <TokenFacts inspected={inspected} />
        <PinnedHere inspected={inspected} />
        <PartialNote ranked={inspected.stale ? null : inspected.ranked} />
      </div>
      {inspected.ranked ? (
        <>
          <Tabs
            label="Look at"
            tabs={TABS}
            value={shown}
            onChange={key => view.getState().setPanel(key)}
            aside={shown === 'candidates' && <ListAside vocabulary={inspected.ranked.vocabulary} />}
          >
            {shown === 'candidates' ? (
              <CandidateList inspected={inspected} ranked={inspected.ranked} />
            ) : (
              <Stages inspected={inspected} ranked={inspected.ranked} />
            )}
          </Tabs>
          {stale ? <ComingBar row={inspected.row} /> : <ContinueBar inspected={inspected} ranked={inspected.ranked} />}
        </>
      ) : (
        <EmptyState row={inspected.row} />
      )}
    </section>
  );
}
