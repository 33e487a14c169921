// The node under the pointer or the keys in full: its place, its text, its exact probability, and what taking it does.
import { formatCount, formatProbability } from '../../lib/format.ts';
import { labelOf } from '../../stores/document/branches.ts';
import { useDocument } from '../../stores/react.ts';
import styles from './BranchTree.module.css';
import { pathLogprobs } from './growthTypes.ts';
import { runText, shortened } from './label.ts';
import type { PlacedNode } from './treeLayout.ts';
import { useGrowth } from './useGrowth.ts';

/** Characters of the text at most. */
const MOST_TEXT = 70;

export function NodeFacts({ placed: { node, active } }: { placed: PlacedNode }) {
  const growth = useGrowth(s => s.growth);
  const branches = useDocument(s => s.branches);
  const ends = branches.filter(({ id }) => node.ends.includes(id)).map(labelOf);
  const last = branches.find(({ id }) => id === node.branches.at(-1));
  const count = node.tokens.length;
  const path = node.branches.length === 0 && growth ? pathLogprobs(growth).get(node.grown[0] ?? -1) : undefined;
  const p = node.logprob === null ? null : Math.exp(node.logprob);
  return (
    <div className={styles.facts} data-testid="node-facts">
      <p>
        <span className={styles.place}>
          {count > 1
            ? `positions ${formatCount(node.from)} to ${formatCount(node.from + count - 1)}`
            : `position ${formatCount(node.from)}`}
        </span>{' '}
        <span className="mono">{shortened(runText(node.tokens), MOST_TEXT)}</span>
      </p>
      <p>
        {p === null ? (
          'No probability yet: '
        ) : (
          <>
            {count > 1 && 'its first token '}
            <span className="num">{formatProbability(p)}</span> before sampling (
            <span className="num">{p.toPrecision(6)}</span>)
            {path !== undefined && (
              <>
                , the grown path together <span className="num">{formatProbability(Math.exp(path))}</span>
              </>
            )}
            {'. '}
          </>
        )}
        {ends.length > 0 && `End of ${ends.join(', ')}. `}
        {active
          ? 'Click or Enter selects this position.'
          : last
            ? `Click or Enter switches to ${labelOf(last)}.`
            : 'Click or Enter makes it a branch.'}
      </p>
    </div>
  );
}
