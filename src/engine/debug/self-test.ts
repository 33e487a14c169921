// Proves the kernels of the open model on this GPU: every variant that its plans use runs on a short text, three times, and is held against float64. One that
// is wrong is switched off, the plans are made anew, and what takes over is checked in turn.
import type { Dispatch } from '../../gpu/dispatch.ts';
import { joinModule } from '../../gpu/module.ts';
import type { PlannedOps } from '../../gpu/plan.ts';
import { bodyKinds, bodyPlan, headPlan, type PlanKind, scorePlan } from '../../gpu/session-plans.ts';
import { variantOf } from '../../gpu/variants.ts';
import { defined } from '../../lib/assert.ts';
import { mostOf } from '../../lib/most.ts';
import type { Graph, Op } from '../../model/ir/graph.ts';
import { valuesRead, valueWritten } from '../../model/ir/ops.ts';
import { fuse } from '../../model/rewrites/fuse.ts';
import type { CheckedVariant, SelfTestCommand, SelfTestReport } from '../../protocol/self-test.ts';
import type { ProbeContext } from '../probes/context.ts';
import type { Probes } from '../probes/probes.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { fingerprintOf, type Verdict, type Verdicts } from '../verdicts.ts';
import { BOUND, errorsOf, REPETITIONS } from './self-errors.ts';
import { checkHead, checkScores } from './self-head.ts';
import { type PieceCheck, SelfOracle } from './self-oracle.ts';
import { type Planes, type Readings, SelfRun } from './self-run.ts';

export type SelfTestStep =
  | { readonly kind: 'testing'; readonly done: number; readonly of: number }
  | { readonly kind: 'tested'; readonly report: SelfTestReport };

/** A dispatch of the plans, known by what it runs. */
interface InUse {
  readonly fingerprint: string;
  readonly variant: string;
}

/** What is left to check of a plan of the body: the first piece of all that run the same modules. */
interface Piece {
  readonly kind: PlanKind;
  readonly planned: PlannedOps;
}

/** Errors of each repetition, by fingerprint. */
type Errors = Map<string, number[]>;

/** Throws `cancelled`, with what was found until then kept; `out_of_memory`, `kernel_failed`. */
export async function* selfTest(
  probes: Probes,
  verdicts: Verdicts,
  { forget, several }: Pick<SelfTestCommand, 'forget' | 'several'>,
  signal: AbortSignal,
): AsyncGenerator<SelfTestStep> {
  const test = new SelfTest(probes, verdicts, several);
  await verdicts.recall(test.gpu);
  if (forget) await test.forget();
  const ran = new Set<string>();
  // What the text does not come to, in a context that is too short, is not asked for again.
  const asked = new Set<string>();
  for (;;) {
    const left = await test.left(asked);
    if (left.size === 0) break;
    for (const fingerprint of left) asked.add(fingerprint);
    for await (const done of test.check(left, signal)) {
      for (const fingerprint of done) ran.add(fingerprint);
      yield { kind: 'testing', done: ran.size, of: ran.size + left.size };
    }
  }
  yield { kind: 'tested', report: await test.report(ran.size) };
}

class SelfTest {
  readonly #context: ProbeContext;
  readonly #probes: Probes;
  readonly #verdicts: Verdicts;
  readonly #graph: Graph;
  readonly #kinds: readonly PlanKind[];
  readonly #fingerprints = new Map<string, Promise<string>>();

  constructor(probes: Probes, verdicts: Verdicts, several: boolean) {
    this.#probes = probes;
    this.#context = probes.context;
    this.#verdicts = verdicts;
    this.#graph = fuse(this.#context.graph);
    const { base, batch } = this.#context;
    this.#kinds = [...bodyKinds(base.gpu, this.#graph), ...(several && batch ? (['few'] as const) : [])];
  }

  get gpu() {
    return this.#context.base.gpu;
  }

  async forget(): Promise<void> {
    const hadOff = this.gpu.off.size > 0;
    await this.#verdicts.forget(this.gpu);
    if (hadOff) await this.#replan();
  }

  /** Fingerprints of what the plans use and nobody has checked, but for those that were `asked` for. */
  async left(asked: ReadonlySet<string>): Promise<Set<string>> {
    const used = await this.#inUse();
    const isLeft = (each: string) => !this.#verdicts.all.has(each) && !asked.has(each);
    return new Set(used.map(({ fingerprint }) => fingerprint).filter(isLeft));
  }

  /** Checks them, piece by piece: each time those that are done, which it takes away from `left`. What was wrong is out of the plans at the end of it. */
  async *check(left: Set<string>, signal: AbortSignal): AsyncGenerator<readonly string[]> {
    const off = this.gpu.off.size;
    try {
      yield* this.#checkAll(left, signal);
    } finally {
      if (this.gpu.off.size > off) await this.#replan();
    }
  }

  async *#checkAll(left: Set<string>, signal: AbortSignal): AsyncGenerator<readonly string[]> {
    const variants = new Map((await this.#inUse()).map(({ fingerprint, variant }) => [fingerprint, variant]));
    const pieces = await this.#pieces(left);
    const keep = [...new Set(pieces.flatMap(({ planned }) => planned.ops.flatMap(valuesOf)))];
    const errors: Errors = new Map();
    const kinds = this.#kinds.filter(kind => kind === 'row' || pieces.some(piece => piece.kind === kind));
    using text = await SelfRun.open(this.#context, this.#graph, kinds, keep);
    const readings: Readings[] = [];
    for (let i = 0; i < REPETITIONS; i++) {
      readings.push(await text.repeat(keep, planesOf(this.#graph, pieces), signal));
      throwIfCancelled(signal, 'the self-test');
      await this.#headErrors(text, errors);
    }
    const { matrices } = this.#context.base.weights;
    const oracle = new SelfOracle(this.#graph, text, matrices);
    for (const { kind, planned } of pieces) {
      throwIfCancelled(signal, 'the self-test');
      const positions = text.positions(kind);
      if (positions.length === 0) continue;
      await this.#pieceErrors(oracle.check(planned, positions), readings, errors);
      yield await this.#conclude(errors, left, variants);
    }
    yield await this.#conclude(errors, left, variants);
  }

  async report(ran: number): Promise<SelfTestReport> {
    const used = await this.#inUse();
    const names = new Set(used.map(({ variant }) => variant));
    const found = new Map<string, CheckedVariant>();
    const inUse = new Set(used.map(({ fingerprint }) => fingerprint));
    for (const [fingerprint, { variant, error, wrong }] of this.#verdicts.all) {
      if (!inUse.has(fingerprint) && !this.gpu.off.has(variant)) continue;
      const known = found.get(variant);
      const worst = known?.error === null || error === null ? null : Math.max(known?.error ?? 0, error);
      const most = Math.max(known?.wrong ?? 0, wrong);
      found.set(variant, { name: variant, error: worst, wrong: most, off: most > 0 && !names.has(variant) });
    }
    const variants = [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const [build, browser] = await Promise.all([this.#verdicts.build, this.#verdicts.browser]);
    return { variants, repetitions: REPETITIONS, bound: BOUND, ran, build, browser };
  }

  async #replan(): Promise<void> {
    const { runner, batch, cache, states } = this.#context;
    await runner.replan();
    batch?.replan();
    this.#probes.close();
    // What the wrong kernel has left is not to be gone on from.
    cache.clear();
    states?.clear();
  }

  #fingerprint({ kernel, storage, consts, grid }: Dispatch): Promise<string> {
    const { code } = joinModule(kernel, storage, consts);
    const key = code + JSON.stringify(grid);
    const known = this.#fingerprints.get(key) ?? fingerprintOf(code, grid);
    this.#fingerprints.set(key, known);
    return known;
  }

  #plan(kind: PlanKind): PlannedOps[] {
    return bodyPlan(this.gpu, this.#graph, this.#context.base.weights, kind);
  }

  async #inUse(): Promise<InUse[]> {
    const { weights } = this.#context.base;
    const body = this.#kinds.flatMap(kind => this.#plan(kind).flatMap(({ dispatches }) => dispatches));
    const heads = [...headPlan(this.gpu, this.#graph, weights), ...scorePlan(this.gpu, this.#graph, weights)];
    const used: InUse[] = [];
    for (const dispatch of [...body, ...heads])
      used.push({ fingerprint: await this.#fingerprint(dispatch), variant: variantOf(dispatch) });
    return used;
  }

  /** The first piece of the plans for each module that is left. */
  async #pieces(left: ReadonlySet<string>): Promise<Piece[]> {
    const seen = new Set<string>();
    const pieces: Piece[] = [];
    for (const kind of this.#kinds) {
      for (const planned of this.#plan(kind)) {
        const prints = await Promise.all(planned.dispatches.map(each => this.#fingerprint(each)));
        const fresh = prints.filter(print => left.has(print) && !seen.has(print));
        if (fresh.length === 0) continue;
        for (const print of fresh) seen.add(print);
        pieces.push({ kind, planned });
      }
    }
    return pieces;
  }

  /** One repetition of the head, for a row and for several with their statistics. */
  async #headErrors(text: SelfRun, errors: Errors): Promise<void> {
    const graph = this.#graph;
    const { weights } = this.#context.base;
    const head = headPlan(this.gpu, graph, weights);
    const scores = scorePlan(this.gpu, graph, weights);
    const about = { context: this.#context, graph, text };
    for (const { dispatches, found } of [
      { dispatches: head, found: await checkHead(about) },
      { dispatches: scores, found: await checkScores(about) },
    ])
      for (const [i, dispatch] of dispatches.entries()) await this.#note(errors, dispatch, found[i] ?? 0);
  }

  async #pieceErrors(check: PieceCheck, readings: readonly Readings[], errors: Errors): Promise<void> {
    const { planned, width, part } = check;
    let known: { readonly inputs: readonly Float32Array[]; readonly wanted: Float64Array } | null = null;
    for (const reading of readings) {
      const inputs = check.inputs(reading);
      // A repetition that begins with the same numbers should give the same.
      if (known === null || !same(known.inputs, inputs)) known = { inputs, wanted: await check.wanted(reading) };
      const compared = { got: check.got(reading), wanted: known.wanted, width, ...(part && { part }) };
      const found = errorsOf(compared, planned.dispatches.length);
      for (const [i, dispatch] of planned.dispatches.entries()) await this.#note(errors, dispatch, found[i] ?? 0);
    }
  }

  async #note(errors: Errors, dispatch: Dispatch, error: number): Promise<void> {
    const print = await this.#fingerprint(dispatch);
    errors.set(print, [...(errors.get(print) ?? []), error]);
  }

  /** Keeps a verdict for all that have errors of every repetition; those that were left. */
  async #conclude(errors: Errors, left: Set<string>, variants: ReadonlyMap<string, string>): Promise<string[]> {
    const found = new Map<string, Verdict>();
    for (const [print, each] of errors) {
      if (!left.delete(print) || each.length < REPETITIONS) continue;
      const worst = mostOf(each);
      const wrong = each.filter(error => !(error <= BOUND)).length;
      const variant = defined(variants.get(print), 'a variant');
      found.set(print, { variant, error: Number.isFinite(worst) ? worst : null, wrong });
    }
    if (found.size > 0) await this.#verdicts.add(this.gpu, found);
    return [...found.keys()];
  }
}

function valuesOf(op: Op): string[] {
  const written = valueWritten(op);
  return [...valuesRead(op), ...(written === null ? [] : [written])];
}

/** The planes of the pool that the pieces write or read. */
function planesOf(graph: Graph, pieces: readonly Piece[]): Planes {
  const kv = new Set<number>();
  const conv = new Map<number, number>();
  for (const op of pieces.flatMap(({ planned }) => planned.ops)) {
    if (op.op === 'attention' || op.op === 'kv_append') kv.add(op.layer);
    if ((op.op === 'linear' || op.op === 'rotary') && op.kv) kv.add(op.kv.layer);
    if (op.op === 'conv_append' || op.op === 'short_conv') conv.set(op.layer, widthOfConv(graph, op.layer));
  }
  return { kv: [...kv], conv: [...conv].map(([layer, width]) => ({ layer, width })) };
}

function widthOfConv(graph: Graph, layer: number): number {
  const op = graph.ops.find(each => each.op === 'conv_append' && each.layer === layer);
  return op?.op === 'conv_append' ? op.x.width : 0;
}

const same = (a: readonly Float32Array[], b: readonly Float32Array[]): boolean =>
  a.every((numbers, i) => {
    const others = b[i];
    return others?.length === numbers.length && numbers.every((each, j) => Object.is(each, others[j]));
  });
