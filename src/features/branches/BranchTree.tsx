// The tree of the branches, drawn left to right: walked by keys, a node is taken by a click or Enter.
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useDocument, useStores } from '../../stores/react.ts';
import type { Stores } from '../../stores/stores.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { isPressed } from '../../ui/controls/chord.ts';
import styles from './BranchTree.module.css';
import { growthStore } from './growth.ts';
import { TREE_KEYS } from './keys.ts';
import { NodeFacts } from './NodeFacts.tsx';
import { NodeView } from './NodeView.tsx';
import { TintLegend } from './TintLegend.tsx';
import { edgePath, type PlacedNode, type TreeLayout } from './treeLayout.ts';
import { walkTree } from './treeWalk.ts';
import type { ShownTree } from './useTree.ts';

const ZOOMS = [0.5, 0.7, 1, 1.3];
const PLAIN = 2;

/** What a click on a node, or Enter, does: its place in the active branch, the branch that it is of, or the grown path as a branch. */
function take({ node, active }: PlacedNode, stores: Stores): void {
  const { document } = stores;
  const last = node.branches.at(-1);
  if (last === undefined) {
    growthStore
      .of(stores)
      .getState()
      .accept(node.grown[0] ?? -1);
    return;
  }
  if (!active) document.getState().switchBranch(last);
  document.getState().selectToken(node.from);
}

/** The node with this key; when it is gone, the one that stands in its place. */
function nodeAt({ nodes }: TreeLayout, key: string, from: number): PlacedNode | undefined {
  const stands = ({ node, active }: PlacedNode) => active && from >= node.from && from < node.from + node.tokens.length;
  return nodes.find(({ node }) => node.key === key) ?? nodes.find(stands) ?? nodes[0];
}

/** The lines, those of the active branch over the others. */
function edgesOf({ nodes }: TreeLayout): { readonly from: PlacedNode; readonly to: PlacedNode }[] {
  const edges = nodes.flatMap(to => (to.parent === null ? [] : [{ from: to.parent, to }]));
  return [...edges.filter(({ to }) => !to.active), ...edges.filter(({ to }) => to.active)];
}

/** The node in which the active branch ends. */
function lastActive({ nodes }: TreeLayout): PlacedNode | undefined {
  return nodes.findLast(node => node.active);
}

export function BranchTree({ shown: { layout, active } }: { shown: ShownTree }) {
  const stores = useStores();
  const selected = useDocument(s => s.selected);
  const [focus, setFocus] = useState({ key: '', from: -1 });
  const [hovered, setHovered] = useState<string | null>(null);
  const [zoom, setZoom] = useState(PLAIN);
  const pane = useRef<HTMLDivElement>(null);
  const within = useRef(false);
  const scale = ZOOMS[zoom] ?? 1;
  const current = focus.from < 0 ? lastActive(layout) : nodeAt(layout, focus.key, focus.from);
  const facts = layout.nodes.find(({ node }) => node.key === hovered) ?? current;

  const focusOn = (placed: PlacedNode | undefined) => {
    if (!placed) return;
    setFocus({ key: placed.node.key, from: placed.node.from });
    const element = pane.current?.querySelector<SVGElement>(`[data-key="${CSS.escape(placed.node.key)}"]`);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  // A node that was taken may be drawn as another one: the keys stay where it stood.
  useLayoutEffect(() => {
    if (within.current && document.activeElement === document.body) focusOn(current);
  });
  const end = lastActive(layout);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another active branch comes into sight, nothing else moves the pane.
  useEffect(() => {
    const box = pane.current;
    if (!end || !box || within.current) return;
    box.scrollTop = end.y * scale - box.clientHeight / 2;
    // What goes on from it comes into sight too.
    const goesOn = end.node.children.length > 0;
    const right = goesOn ? end.x * scale + box.clientWidth * 0.85 : (end.x + end.width) * scale + 120;
    box.scrollLeft = right - box.clientWidth;
  }, [active, scale, end?.node.key, layout.nodes.length]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!current) return;
    if (isPressed(event, TREE_KEYS.take)) {
      event.preventDefault();
      take(current, stores);
      return;
    }
    if (!isPressed(event, TREE_KEYS.walk)) return;
    const next = walkTree(layout, current, event.key);
    if (next || event.key.startsWith('Arrow')) event.preventDefault();
    if (next) focusOn(next);
  };

  return (
    <div className={styles.tree}>
      <div
        ref={pane}
        role="tree"
        aria-label="Tree of branches"
        aria-describedby="tree-keys"
        className={styles.pane}
        onKeyDown={onKeyDown}
        onFocus={event => {
          within.current = true;
          // Readers and the pointer put the focus where they like.
          const { key } = event.target.dataset;
          const placed = layout.nodes.find(({ node }) => node.key === key);
          if (placed && placed !== current) setFocus({ key: placed.node.key, from: placed.node.from });
        }}
        onBlur={event => {
          within.current = event.currentTarget.contains(event.relatedTarget);
        }}
        onPointerLeave={() => setHovered(null)}
      >
        <svg
          role="presentation"
          width={layout.width * scale}
          height={layout.height * scale}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          className={styles.drawing}
        >
          <g>
            {edgesOf(layout).map(({ from, to }) => (
              <path
                key={to.node.key}
                d={edgePath(from, to)}
                className={styles.edge}
                data-active={to.active}
                data-grown={to.node.branches.length === 0}
              />
            ))}
          </g>
          {layout.nodes.map(placed => (
            <NodeView
              key={placed.node.key}
              placed={placed}
              tabbable={placed === current}
              selected={isSelected(placed, selected)}
              onTake={() => {
                setFocus({ key: placed.node.key, from: placed.node.from });
                take(placed, stores);
              }}
              onHover={() => setHovered(placed.node.key)}
            />
          ))}
        </svg>
      </div>
      <p id="tree-keys" className="visually-hidden">
        Left and right arrows go to the parent and to a child, up and down to the siblings; Enter takes a node.
      </p>
      <div className={styles.foot}>
        <TintLegend />
        <span className={styles.zoom}>
          <IconButton icon="minus" label="Smaller" disabled={zoom === 0} onClick={() => setZoom(zoom - 1)} />
          <IconButton
            icon="plus"
            label="Larger"
            disabled={zoom === ZOOMS.length - 1}
            onClick={() => setZoom(zoom + 1)}
          />
        </span>
      </div>
      {facts && <NodeFacts placed={facts} />}
    </div>
  );
}

function isSelected({ node, active }: PlacedNode, selected: number | 'end'): boolean {
  return active && selected !== 'end' && selected >= node.from && selected < node.from + node.tokens.length;
}
