// How long every dispatch of a step takes on the GPU, beside what it has to move and what the adapter can do; and where the time of a run's tokens goes.
//
// The plans, weights and buffers are the session's own, the text lies in slots that the pool lends. Kernels that are compiled alike, one a layer most often,
// are timed together: see Stopwatch.
import type { Dispatch } from '../../gpu/dispatch.ts';
import type { Planned, Row } from '../../gpu/runner.ts';
import { bodyKindOf, bodyKinds, bodyPlan } from '../../gpu/session-plans.ts';
import { SCRATCH_STATE } from '../../gpu/state-cache.ts';
import { Stopwatch, type TimedBy } from '../../gpu/stopwatch.ts';
import { assert, defined } from '../../lib/assert.ts';
import { fuse } from '../../model/rewrites/fuse.ts';
import type { Profile, ProfiledDispatch, ProfiledStep } from '../../protocol/debug.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { drawsOnGpu, settingFor } from '../decode/decide.ts';
import type { ProbeContext } from '../probes/context.ts';
import type { Session } from '../session.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { type Cost, costsOf, headCosts } from './cost.ts';
import { decodeLaps, RUN_TOKENS } from './decode-laps.ts';
import { lendSession } from './lent-session.ts';
import { measureBandwidth, measureFlops } from './peak.ts';

export interface ProfileAsked {
  readonly tokens: Uint32Array;
  readonly of: ProfiledStep;
  readonly settings: GenerationSettings;
}

export type ProfileStep =
  | { readonly kind: 'measuring'; readonly done: number; readonly of: number }
  | { readonly kind: 'profiled'; readonly profile: Profile };

/** Positions that are computed between two looks at the signal, and told of as one piece of the work. */
const TEXT_PIECE = 64;

/** Throws as Session.prefill, `out_of_memory`, `cancelled`. `by` asks for one of the ways of a stopwatch. */
export async function* profile(
  context: ProbeContext,
  { tokens, of: asked, settings }: ProfileAsked,
  signal: AbortSignal,
  by?: TimedBy,
): AsyncGenerator<ProfileStep> {
  context.session.check(tokens.subarray(0, context.session.allowed));
  const { base, runner } = context;
  const of = cut(context, asked);
  const length = of.kind === 'decode' ? of.position + 1 : of.rows;
  const behind = of.kind === 'decode' ? Math.min(RUN_TOKENS, context.session.allowed - length) : 0;
  const ids = Uint32Array.from({ length }, (_, i) => defined(tokens[i % tokens.length], 'a token'));
  using lent = await lendSession(context, ids, length + behind);
  using watch = await Stopwatch.create(base.gpu, context.scope, by);
  const drawing = of.kind === 'decode' && drawsOnGpu(settings) && (await context.session.canDraw());

  const pieces = Math.ceil(length / TEXT_PIECE);
  let groups = 0;
  let done = 0;
  const told = (): ProfileStep => {
    throwIfCancelled(signal, 'the profile');
    return { kind: 'measuring', done: done++, of: pieces + groups + 4 };
  };
  for (let end = TEXT_PIECE; end < length; end += TEXT_PIECE) {
    yield told();
    await lent.session.prefill(ids.subarray(0, end), signal);
  }
  yield told();
  const rows = await rowsOf(context, lent.session, ids, of, signal);
  const plans = runner.stepPlans(rows, drawing ? settingFor(settings, 0.5, null) : null);
  const all = piecesOf(plans);
  const alike = new Map<string, Piece[]>();
  for (const piece of all) alike.set(piece.key, [...(alike.get(piece.key) ?? []), piece]);
  groups = alike.size;
  yield told();
  const bandwidth = await measureBandwidth(base.gpu, context.scope, watch);
  yield told();
  const flops = await measureFlops(base.gpu, context.scope, watch);
  const ms = new Map<string, number>();
  for (const [key, group] of alike) {
    yield told();
    ms.set(key, (await watch.each(group.map(({ encode }) => encode))).median);
  }
  yield told();
  const step = await watch.each([pass => encodeAll(pass, plans)]);
  yield told();
  const run = of.kind === 'decode' ? await decodeLaps(lent.session, ids, settings, signal) : null;
  const costs = costsOfStep(context, rows, plans);
  const dispatches = all.map(({ key, dispatch: { label, kernel, storage } }, i): ProfiledDispatch => {
    const cost = defined(costs[i], 'a cost');
    return { label, kernel: kernel.name, storage: storage?.name ?? '', ms: defined(ms.get(key), 'a time'), ...cost };
  });
  const peak = { bandwidth, flops };
  yield { kind: 'profiled', profile: { of, by: watch.by, peak, dispatches, stepMs: step.median, run } };
}

/** As far as the context and a step of this model go. */
function cut({ session, runner }: ProbeContext, of: ProfiledStep): ProfiledStep {
  const within = (number: number, least: number, most: number) => Math.max(least, Math.min(number, most));
  if (of.kind === 'decode') return { kind: 'decode', position: within(of.position, 0, session.allowed - 1) };
  return { kind: 'prefill', rows: within(of.rows, 1, Math.min(session.allowed, runner.maxRows)) };
}

/** The rows of the step, their keys and values computed; before them, of a model with running states, the state that they begin with. */
async function rowsOf(
  { states }: ProbeContext,
  session: Session,
  ids: Uint32Array,
  { kind }: ProfiledStep,
  signal: AbortSignal,
): Promise<Row[]> {
  const begin = kind === 'decode' ? ids.length - 1 : 0;
  if (begin > 0) await session.prefill(ids.subarray(0, begin), signal);
  const from = states?.find(ids, begin)?.row ?? SCRATCH_STATE;
  const { index, slots } = await session.sequence(ids, signal);
  return Array.from(ids.subarray(begin), (id, i) => ({
    id,
    position: begin + i,
    slot: defined(slots[begin + i], 'slot'),
    sequence: index,
    ...(states !== null && { state: { from, to: SCRATCH_STATE } }),
  }));
}

/** One dispatch of a step. `key` is that of all that are compiled alike. */
interface Piece {
  readonly key: string;
  readonly dispatch: Dispatch;
  readonly encode: (pass: GPUComputePassEncoder) => void;
}

function piecesOf(plans: readonly Planned[]): Piece[] {
  return plans.flatMap(([plan, T], number) =>
    plan.dispatches.map((dispatch, i) => ({
      key: [number, dispatch.kernel.name, dispatch.storage?.name, JSON.stringify(dispatch.consts)].join(' '),
      dispatch,
      encode: pass => plan.encode(pass, T, i, i + 1),
    })),
  );
}

function encodeAll(pass: GPUComputePassEncoder, plans: readonly Planned[]): void {
  for (const [plan, T] of plans) plan.encode(pass, T);
}

/** The costs of a step's dispatches, in their order. */
function costsOfStep({ base, graph: plain }: ProbeContext, rows: readonly Row[], plans: readonly Planned[]): Cost[] {
  const graph = fuse(plain);
  const positions = rows.map(({ position }) => position);
  const kind = bodyKindOf(rows);
  const step = { graph, weights: base.weights, positions };
  const planned = bodyPlan(base.gpu, graph, base.weights, bodyKinds(base.gpu, graph).includes(kind) ? kind : 'row');
  const [body, ...after] = plans.map(([plan]) => plan.dispatches);
  // Which kernel runs an op is no matter, and another choice since then neither.
  const placed = (dispatches: readonly Dispatch[]) => dispatches.map(({ label }) => label.replace(/ \(.*/, '')).join();
  const counted = placed(planned.flatMap(({ dispatches }) => dispatches));
  assert(body !== undefined && counted === placed(body), 'the plan that runs is the one that is counted');
  const head = headCosts(
    step,
    after.reduce((sum, { length }) => sum + length, 0),
  );
  return [...planned.flatMap(each => costsOf(step, each)), ...head];
}
