// The view "Branches": the tree of all continuations, their table, growth, and text that is forced into a place.
import { useRef } from 'react';
import { formatCount } from '../../lib/format.ts';
import { branchOf, labelOf, MOST_BRANCHES } from '../../stores/document/branches.ts';
import { useDocument } from '../../stores/react.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { useWidth } from '../../ui/controls/useWidth.ts';
import styles from './Branches.module.css';
import { BranchList } from './BranchList.tsx';
import { BranchTree } from './BranchTree.tsx';
import { ForceText } from './ForceText.tsx';
import { Grow } from './Grow.tsx';
import { useGrowth } from './useGrowth.ts';
import { useTree } from './useTree.ts';

/** px to both sides of the tree. */
const INSETS = 34;

/** What the switch to the active branch cost. */
function VisitLine() {
  const visit = useGrowth(s => s.visit);
  const name = useDocument(s => {
    const branch = branchOf(s, s.branch);
    return branch ? labelOf(branch) : '';
  });
  const here = useDocument(s => s.branch);
  if (visit?.branch !== here) return null;
  if (!visit.counts) return <p>{name} is back with its numbers. Nothing had to be computed.</p>;
  const { reused, computed } = visit.counts;
  return (
    <p>
      {name}: <span className="num">{formatCount(reused)}</span> positions re-used from the{' '}
      <Explain meaning="Branches share the keys and values of the beginning they have in common; only what no branch in the cache has is computed.">
        cache
      </Explain>
      , <span className="num">{formatCount(computed)}</span> computed
      {visit.again ? ' again, since the cache did not hold the branch any more.' : '.'}
    </p>
  );
}

function Words() {
  const count = useDocument(s => s.branches.length);
  const visit = useGrowth(s => s.visit);
  const here = useDocument(s => s.branch);
  return (
    <div className={styles.words}>
      {visit?.branch === here ? (
        <VisitLine />
      ) : (
        <p>
          Continue from another{' '}
          <Explain meaning="A token that could stand at a place, with its probability: the Token view lists all of them.">
            candidate
          </Explain>
          , regenerate, or force a text: what stood there stays as a{' '}
          <Explain meaning="One whole text as token ids. Branches that begin alike share these tokens, their numbers and their place in the cache. Typing changes the active branch in place.">
            branch
          </Explain>
          {count === 1 ? '. So far there is one.' : '.'}
        </p>
      )}
    </div>
  );
}

export function Branches() {
  const view = useRef<HTMLElement>(null);
  // The pane of the tree stands between the view's insets, in a border of its own.
  const shown = useTree(Math.max(0, useWidth(view) - INSETS));
  const empty = useDocument(s => s.tokens.length === 0 && s.branches.length === 1);
  const forgotten = useDocument(s => s.forgotten);
  if (empty) {
    return (
      <section className={styles.view} aria-label="Branches">
        <p className={styles.words}>
          The tree of all continuations appears here: every text you try from the same beginning, how likely each one
          is, and a way back to it. Type a text or press Run to begin.
        </p>
      </section>
    );
  }
  return (
    <section ref={view} className={styles.view} aria-label="Branches">
      <Words />
      {forgotten !== null && (
        <Notice tone="hint">
          {forgotten} had to make room: {MOST_BRANCHES} branches are kept. Undo brings it back; a name keeps a branch.
        </Notice>
      )}
      <BranchTree shown={shown} />
      <div className={styles.list}>
        <BranchList shown={shown} />
      </div>
      <Grow />
      <ForceText />
    </section>
  );
}
