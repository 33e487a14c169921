// Which kernels a GPU is quickest with: what an earlier load measured is read from its record, the rest is measured before the model's first step, within a
// budget, and kept. A CPU that plays a GPU has one kernel a product and measures nothing.

import type { Gpu } from '../gpu/device.ts';
import { choosing, type Dispatch } from '../gpu/dispatch.ts';
import type { Buffers } from '../gpu/executor.ts';
import { sameTeam, type Team } from '../gpu/product.ts';
import { type Trial, trialsOf, tune } from '../gpu/tune.ts';
import { prepareRuns } from '../gpu/tune-runs.ts';
import type { TuningStore } from '../hub/tuning-store.ts';

/** Of a load, in milliseconds: measuring stops there, and what is left keeps the rule until another load. */
const BUDGET_MS = 250;
/** Of the record. Another number makes all records unknown: raise it where kernels change. */
const VERSION = 1;

/** An adapter as its record names it: another driver is another adapter. */
export const adapterKey = ({ adapter, kernelClass, lanes }: Pick<Gpu, 'adapter' | 'kernelClass' | 'lanes'>): string =>
  JSON.stringify([adapter.vendor, adapter.architecture, adapter.device, adapter.description, kernelClass, lanes]);

/** The teams of a record that can be had for these trials: a damaged or older one has none. */
export function readRecord(record: unknown, trials: readonly Trial[]): Map<string, Team> {
  const teams = new Map<string, Team>();
  if (!isObject(record) || record.version !== VERSION || !isObject(record.teams)) return teams;
  for (const { name, candidates } of trials) {
    const kept = Object.hasOwn(record.teams, name) ? record.teams[name] : null;
    if (!isObject(kept)) continue;
    const { WORKGROUP, CLUSTER } = kept;
    const found = candidates.find(
      ({ team }) =>
        typeof WORKGROUP === 'number' && typeof CLUSTER === 'number' && sameTeam(team, { WORKGROUP, CLUSTER }),
    );
    if (found) teams.set(name, found.team);
  }
  return teams;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

export class Tuning {
  readonly #store: TuningStore;
  readonly #now: () => number;
  readonly #prepare: typeof prepareRuns;

  /** `now` in milliseconds. */
  constructor(store: TuningStore, now: () => number, prepare = prepareRuns) {
    this.#store = store;
    this.#now = now;
    this.#prepare = prepare;
  }

  /** Fills `gpu.tuned` for the products of `dispatches`, a token's. No failure of the store or of a candidate keeps a model from loading. */
  async measure(gpu: Gpu, dispatches: readonly Dispatch[], buffers: Buffers): Promise<void> {
    const trials = trialsOf(choosing(gpu), dispatches);
    if (trials.length === 0) return;
    const key = adapterKey(gpu);
    const record = await this.#store.get(key).catch(() => null);
    for (const [name, team] of readRecord(record, trials)) gpu.tuned.set(name, team);
    const missing = trials.filter(({ name }) => !gpu.tuned.has(name));
    if (missing.length === 0) return;
    const prepare = (trial: Trial) => this.#prepare(gpu, buffers, trial, this.#now);
    const measured = await tune(missing, { prepare, now: this.#now, budgetMs: BUDGET_MS }).catch(() => null);
    if (measured === null || measured.teams.size === 0) return;
    for (const [name, team] of measured.teams) gpu.tuned.set(name, team);
    const earlier = isObject(record) && record.version === VERSION && isObject(record.teams) ? record.teams : {};
    const teams = { ...earlier, ...Object.fromEntries(measured.teams) };
    await this.#store.set(key, { version: VERSION, teams }).catch(() => {});
  }

  /** Forgets what was measured on an adapter: the next load measures anew. */
  async forget(gpu: Gpu): Promise<void> {
    gpu.tuned.clear();
    await this.#store.delete(adapterKey(gpu)).catch(() => {});
  }
}
