// Neighbours of a fused graph that one dispatch may run: what makes a value, and the next op, which reads it.
import type { GatedOp, LinearOp, Op, RmsnormOp } from './graph.ts';
import { valuesRead } from './ops.ts';

/** A product and the gate over its halves, which alone reads it: it stays in registers. */
export interface GatedPair {
  readonly kind: 'gated';
  readonly first: LinearOp;
  readonly second: GatedOp;
}

/** The norm after a part of a layer, added to the residual stream, and the norm of that sum before the next part: both are kept. */
export interface NormPair {
  readonly kind: 'norms';
  readonly first: RmsnormOp;
  readonly second: RmsnormOp;
}

export type OpPair = GatedPair | NormPair;

/** The pair that op number `at` begins; null where there is none. */
export function pairAt(ops: readonly Op[], at: number): OpPair | null {
  const [first, second] = [ops[at], ops[at + 1]];
  if (first?.op === 'linear' && second?.op === 'gated' && second.x === first.out) {
    const plain = [first.activation, first.scale, first.residual, first.kv].every(part => part === undefined);
    const readers = ops.filter(op => valuesRead(op).includes(first.out));
    return plain && readers.length === 1 ? { kind: 'gated', first, second } : null;
  }
  if (first?.op !== 'rmsnorm' || second?.op !== 'rmsnorm' || first.residual === undefined) return null;
  const rows = [first, second].every(({ x, group }) => x.offset === 0 && group === first.group && group === x.width);
  return rows && second.x.value === first.out && second.residual === undefined
    ? { kind: 'norms', first, second }
    : null;
}
