// Measures which team of threads makes a product quickest: the candidates of each shape in turn, in a budget of time. Pure but for the clock and the
// runs, which are given.
import type { Choosing, Dispatch } from './dispatch.ts';
import { headWork } from './kernels/head.ts';
import { ROW_KERNELS } from './kernels/linear.ts';
import { GATED_KERNELS } from './kernels/linear_gated.ts';
import { teamByRule, teamsFor, teamWork, type Work } from './kernels/team.ts';
import { partBytes } from './layout.ts';
import { type Product, productName, sameTeam, type Team } from './product.ts';
import { variantOf } from './variants.ts';

/** One shape: its name, and its runs by each team, the one by rule first. */
export interface Trial {
  readonly name: string;
  /** Of weights that a dispatch reads. */
  readonly bytes: number;
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly team: Team;
  /** What is dispatched for each matrix of the shape: one alone would lie in the caches of the GPU after its first run, where no token finds it. */
  readonly matrices: readonly (readonly Dispatch[])[];
}

/** The shapes among the dispatches of a token, those that read most first. */
export function trialsOf(c: Choosing, dispatches: readonly Dispatch[]): Trial[] {
  const trials: Trial[] = [];
  for (const [name, { product, same }] of shapesOf(dispatches)) {
    // A head whose kernel is switched off is planned in two dispatches, and there is nothing to choose.
    if (product.op === 'head' && !same.every(dispatch => dispatch.apart)) continue;
    const rule = teamByRule(c, product);
    const others = teamsFor(c).filter(team => !sameTeam(team, rule));
    const all = [rule, ...others].map((team): Candidate => {
      const { kernel, sizes, grid } = WORK[product.op](c, product, team);
      const by = ({ consts, ...rest }: Dispatch): Dispatch => ({
        ...rest,
        kernel,
        grid,
        consts: { ...consts, ...sizes },
      });
      return { team, matrices: same.map(dispatch => [by(dispatch)]) };
    });
    const apart = same.flatMap(dispatch => (dispatch.apart ? [dispatch.apart] : []));
    if (apart.length > 0) all.push({ team: { ...rule, apart: true }, matrices: apart });
    const candidates = all.filter(({ matrices }) => !matrices.flat().some(each => c.off?.has(variantOf(each))));
    const { outputs, stride, storage } = product;
    const bytes = partBytes({ cols: stride }, { rows: outputs, storage });
    trials.push({ name, bytes, candidates });
  }
  return trials.sort((a, b) => b.bytes - a.bytes);
}

/** A product by a team. */
const WORK: Readonly<Record<Product['op'], (c: Choosing, product: Product, team: Team) => Work>> = {
  linear: (c, product, team) => teamWork(c, product, ROW_KERNELS, team),
  gated: (c, product, team) => teamWork(c, product, GATED_KERNELS, team),
  head: headWork,
};

interface Shape {
  readonly product: Product;
  readonly same: Dispatch[];
}

function shapesOf(dispatches: readonly Dispatch[]): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const dispatch of dispatches) {
    const { product } = dispatch;
    if (!product) continue;
    const name = productName(product);
    const shape = shapes.get(name) ?? { product, same: [] };
    shape.same.push(dispatch);
    shapes.set(name, shape);
  }
  return shapes;
}

/** Prepared runs of a dispatch, each with the milliseconds that it took. */
export type Runs = () => Promise<number>;

export interface TuneOptions {
  /** Compiles the candidates of a trial. */
  readonly prepare: (trial: Trial) => Promise<readonly Runs[]>;
  /** Milliseconds of a clock that only goes on. */
  readonly now: () => number;
  /** Of all of it. A shape that is not done by then keeps the rule, and is measured another time. */
  readonly budgetMs: number;
}

export interface TuneResult {
  /** Of the shapes that were measured to their end. */
  readonly teams: ReadonlyMap<string, Team>;
  readonly ms: number;
}

/** Rounds of a trial, in which its candidates take turns; the first warms up and is not counted. */
const ROUNDS = 4;
/** Another team has to be this much quicker than the rule's: less is noise. */
const BETTER = 0.95;

export async function tune(trials: readonly Trial[], { prepare, now, budgetMs }: TuneOptions): Promise<TuneResult> {
  const begin = now();
  const late = (): boolean => now() - begin >= budgetMs;
  const teams = new Map<string, Team>();
  for (const trial of trials) {
    if (late()) break;
    const runs = await prepare(trial);
    const best = runs.map(() => Number.POSITIVE_INFINITY);
    let round = 0;
    for (; round < ROUNDS && !late(); round++) {
      for (const [i, run] of runs.entries()) {
        const ms = await run();
        if (round > 0) best[i] = Math.min(best[i] ?? ms, ms);
      }
    }
    const quickest = round === ROUNDS && quickestOf(trial, best);
    if (quickest) teams.set(trial.name, quickest);
  }
  return { teams, ms: now() - begin };
}

function quickestOf({ candidates }: Trial, best: readonly number[]): Team | undefined {
  const [rule = Number.POSITIVE_INFINITY] = best;
  const least = best.reduce((low, ms, i) => (ms < (best[low] ?? ms) ? i : low), 0);
  return candidates[(best[least] ?? rule) < rule * BETTER ? least : 0]?.team;
}
