// The plans of the open model as data for people: ops with shapes and bytes, and the joined WGSL of every kernel in use.
import { type BufferRef, choosing, type Dispatch, type Extent } from '../../gpu/dispatch.ts';
import type { Buffers } from '../../gpu/executor.ts';
import { teamOf } from '../../gpu/kernels/team.ts';
import { type MatrixLayout, partBytes } from '../../gpu/layout.ts';
import { joinModule } from '../../gpu/module.ts';
import { productName } from '../../gpu/product.ts';
import { type BodyKind, bodyKinds, bodyPlan, headPlan, scorePlan } from '../../gpu/session-plans.ts';
import type { Graph, Op } from '../../model/ir/graph.ts';
import { valuesRead, valueWritten, weightsRead } from '../../model/ir/ops.ts';
import { fuse } from '../../model/rewrites/fuse.ts';
import type { DebugDispatch, DebugModule, DebugOp, DebugPlan, DebugTeam, DebugValue } from '../../protocol/debug.ts';
import type { ProbeContext } from '../probes/context.ts';

export interface DescribedPlans {
  readonly modules: readonly DebugModule[];
  readonly plans: readonly DebugPlan[];
  readonly teams: readonly DebugTeam[];
}

export function describePlans(context: ProbeContext): DescribedPlans {
  const modules = new Modules();
  const { base, graph } = context;
  const plans = bodyKinds(base.gpu, graph).map(rows => ({ rows, ops: describeOps(context, modules, rows) }));
  return { modules: modules.all, plans, teams: teamsOf(context) };
}

/** As `choosing` has them now. */
function teamsOf({ base, runner }: ProbeContext): DebugTeam[] {
  const teams = new Map<string, DebugTeam>();
  for (const { product } of runner.decodePlan) {
    if (!product) continue;
    const name = productName(product);
    const { CLUSTER, apart } = teamOf(choosing(base.gpu), product);
    const threads = `${CLUSTER} threads for four outputs${apart ? ', logits reduced in a dispatch of their own' : ''}`;
    teams.set(name, { product: name, threads, measured: base.gpu.tuned.has(name) });
  }
  return [...teams.values()];
}

function describeOps({ base, graph: plain }: ProbeContext, modules: Modules, kind: BodyKind): DebugOp[] {
  const graph = fuse(plain);
  const dispatch = (each: Dispatch): DebugDispatch => ({
    label: each.label,
    module: modules.place(each),
    grid: [extentText(each.grid[0]), extentText(each.grid[1]), extentText(each.grid[2])],
    bind: each.kernel.bindings.map(({ name, access }, i) => {
      const ref = each.bind[i];
      return { binding: name, access, buffer: ref?.buffer ?? '', bytes: ref ? bytesOf(base.buffers, ref) : 0 };
    }),
  });
  const describe = (op: Op, dispatches: readonly Dispatch[]): DebugOp => {
    const written = valueWritten(op);
    return {
      op: op.op,
      reads: valuesRead(op).map(name => valueNamed(graph, name)),
      writes: written === null ? null : valueNamed(graph, written),
      weight: weightOf(base.weights.matrices, weightsRead(op)[0]),
      dispatches: dispatches.map(dispatch),
    };
  };
  // A gate in one dispatch with its product stands with the product.
  const body = bodyPlan(base.gpu, graph, base.weights, kind).flatMap(({ ops, dispatches }) =>
    ops.map((op, i) => describe(op, i === 0 ? dispatches : [])),
  );
  const head = (kind === 'tile' ? scorePlan : headPlan)(base.gpu, graph, base.weights);
  const last: DebugOp = {
    op: 'linear',
    reads: [valueNamed(graph, graph.final)],
    writes: { name: 'logits', width: graph.dims.vocab_size },
    weight: weightOf(base.weights.matrices, graph.head),
    dispatches: head.map(dispatch),
  };
  return [...body, last];
}

const valueNamed = ({ widths }: Graph, name: string): DebugValue => ({ name, width: widths[name] ?? 0 });

function weightOf(matrices: ReadonlyMap<string, MatrixLayout>, name = ''): DebugOp['weight'] {
  const matrix = matrices.get(name);
  if (!matrix) return null;
  const bytes = matrix.parts.reduce((sum, part) => sum + partBytes(matrix, part), 0);
  return { name, shape: [matrix.rows, matrix.cols], bytes };
}

function extentText(extent: Extent): string {
  if (typeof extent === 'number') return String(extent);
  return extent.rowsPer === 1 ? 'T' : `T/${extent.rowsPer}`;
}

function bytesOf(buffers: Buffers, { buffer, offset = 0, size }: BufferRef): number {
  return size ?? (buffers.get(buffer)?.size ?? offset) - offset;
}

/** Each module once, in the order of first use. */
class Modules {
  readonly all: DebugModule[] = [];
  readonly #places = new Map<string, number>();

  place({ kernel, storage, consts }: Dispatch): number {
    const { code } = joinModule(kernel, storage, consts);
    const known = this.#places.get(code);
    if (known !== undefined) return known;
    const place = this.all.push({ kernel: kernel.name, storage: storage?.name ?? '', code }) - 1;
    this.#places.set(code, place);
    return place;
  }
}
