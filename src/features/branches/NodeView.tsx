// biome-ignore-all lint/a11y/useSemanticElements: nodes of a drawing are no list elements.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the drawing around has the keys.
// One node of the tree: a box with its run of tokens, tinted by the probability of the first one, and the name of a branch that ends here.
import { memo } from 'react';
import { tintStep } from '../shared/tint.ts';
import styles from './BranchTree.module.css';
import { runText } from './label.ts';
import type { PlacedNode } from './treeLayout.ts';

interface NodeViewProps {
  placed: PlacedNode;
  tabbable: boolean;
  /** The token at the caret is in it. */
  selected: boolean;
  onTake: () => void;
  onHover: () => void;
}

const HEIGHT = 24;

/** What a screen reader says: the text, how likely it begins, what it is. */
function spoken({ node, share, ends, active }: PlacedNode): string {
  const words = [runText(node.tokens) || 'beginning'];
  if (share !== '') words.push(`${share.replace(' · ', ', together ')} before sampling`);
  if (node.branches.length === 0) words.push('grown');
  if (ends !== '') words.push(`end of ${ends}`);
  if (active) words.push('active');
  return words.join(', ');
}

/** All that it shows and does. */
function factsOf({ placed, tabbable, selected }: NodeViewProps): readonly unknown[] {
  const { node, label, x, y, width, level, index, siblings, share, ends, active } = placed;
  const drawn = [x, y, width, label.first, label.rest, share, ends, active, tabbable, selected, level, index, siblings];
  const leaf = node.children.length === 0;
  return [...drawn, leaf, node.from, node.tokens.length, node.branches.join(), node.grown.join(), node.logprob];
}

function sameNode(a: NodeViewProps, b: NodeViewProps): boolean {
  const before = factsOf(a);
  return factsOf(b).every((fact, i) => fact === before[i]);
}

export const NodeView = memo(function NodeView({ placed, tabbable, selected, onTake, onHover }: NodeViewProps) {
  const { node, x, y, width, label, share, ends, active } = placed;
  const grown = node.branches.length === 0;
  const step =
    node.logprob === null ? null : tintStep({ logprob: node.logprob, rank: 1, entropy: 0, logZ: 0 }, 'probability');
  const leaf = node.children.length === 0;
  return (
    <g
      role="treeitem"
      aria-level={placed.level}
      aria-posinset={placed.index + 1}
      aria-setsize={placed.siblings}
      aria-selected={active}
      aria-label={spoken(placed)}
      data-key={node.key}
      data-grown={grown}
      data-active={active}
      data-selected={selected}
      tabIndex={tabbable ? 0 : -1}
      transform={`translate(${x} ${y})`}
      className={styles.node}
      onClick={onTake}
      onPointerEnter={onHover}
    >
      <rect
        y={-HEIGHT / 2}
        width={width}
        height={HEIGHT}
        rx={5}
        className={styles.box}
        style={step === null || grown ? undefined : { fill: `var(--tint-${step})` }}
      />
      {node.tokens.length > 0 && (
        <text className={styles.words} y={4}>
          <tspan x={8} className={styles.first}>
            {label.first}
          </tspan>
          {label.rest !== '' && <tspan x={placed.restAt}>{label.rest}</tspan>}
          {share !== '' && (
            <tspan x={placed.shareAt} className={styles.share}>
              {share}
            </tspan>
          )}
        </text>
      )}
      {ends !== '' && leaf && (
        <text x={width + 8} y={4} className={styles.name}>
          {ends}
        </text>
      )}
      {ends !== '' && !leaf && <circle cx={width} r={4} className={styles.end} />}
    </g>
  );
}, sameNode);
