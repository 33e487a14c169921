// How the keys walk through the tree: left to the parent, right to a child, up and down to the siblings and past them to the nearest branch.
import type { PlacedNode, TreeLayout } from './treeLayout.ts';

/** The node a key leads to from `at`; null for other keys and at the border. */
export function walkTree({ nodes }: TreeLayout, at: PlacedNode, key: string): PlacedNode | null {
  switch (key) {
    case 'ArrowLeft':
      return at.parent;
    case 'ArrowRight':
      return onActivePath(nodes.filter(node => node.parent === at));
    case 'ArrowUp':
      return beside(nodes, at, -1);
    case 'ArrowDown':
      return beside(nodes, at, 1);
    case 'Home':
      return nodes[0] ?? null;
    case 'End':
      return nodes.findLast(node => node.active) ?? null;
    default:
      return null;
  }
}

/** The child that the active branch goes through, else the first. */
function onActivePath(children: readonly PlacedNode[]): PlacedNode | null {
  return children.find(node => node.active) ?? children[0] ?? null;
}

/** The nearest sibling above or below; without one the nearest node of the same depth. */
function beside(nodes: readonly PlacedNode[], at: PlacedNode, direction: 1 | -1): PlacedNode | null {
  const level = nodes
    .filter(node => node.level === at.level && (node.y - at.y) * direction > 0)
    .toSorted((a, b) => (a.y - b.y) * direction);
  return level.find(node => node.parent === at.parent) ?? level[0] ?? null;
}
