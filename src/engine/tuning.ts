// Which kernels a GPU is quickest with: what an earlier load measured is read from its record, the rest is measured before the model's first step, within a
// budget, and kept. A CPU that plays a GPU has one kernel a product and measures nothing.

import { literal, number, object, optional, record, safeParse, string, unknown } from 'valibot';
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
const VERSION = 5;

/** An adapter as its record names it: another driver is another adapter. */
export const adapterKey = ({ adapter, kernelClass, lanes }: Pick<Gpu, 'adapter' | 'kernelClass' | 'lanes'>): string =>
  JSON.stringify([adapter.vendor, adapter.architecture, adapter.device, adapter.description, kernelClass, lanes]);

const RECORD = object({ version: literal(VERSION), teams: record(string(), unknown()) });
const TEAM = object({ WORKGROUP: number(), CLUSTER: number(), apart: optional(literal(true)) });

/** What a record has of each product; nothing where it is damaged or of another version. */
function teamsIn(stored: unknown): Readonly<Record<string, unknown>> {
  const result = safeParse(RECORD, stored);
  return result.success ? result.output.teams : {};
}

/** The teams of a record that can be had for these trials. */
export function readRecord(stored: unknown, trials: readonly Trial[]): Map<string, Team> {
  const kept = teamsIn(stored);
  const teams = new Map<string, Team>();
  for (const { name, candidates } of trials) {
    const result = safeParse(TEAM, kept[name]);
    const found = result.success && candidates.find(({ team }) => sameTeam(team, result.output));
    if (found) teams.set(name, found.team);
  }
  return teams;
}

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
    const stored = await this.#store.get(key).catch(() => null);
    for (const [name, team] of readRecord(stored, trials)) gpu.tuned.set(name, team);
    const missing = trials.filter(({ name }) => !gpu.tuned.has(name));
    if (missing.length === 0) return;
    let lost = false;
    void gpu.device.lost.then(() => {
      lost = true;
    });
    const prepare = (trial: Trial) => this.#prepare(gpu, buffers, trial, this.#now);
    const measured = await tune(missing, { prepare, now: this.#now, budgetMs: BUDGET_MS }).catch(() => null);
    // On a lost device everything is quick.
    if (lost || measured === null || measured.teams.size === 0) return;
    for (const [name, team] of measured.teams) gpu.tuned.set(name, team);
    const teams = { ...teamsIn(stored), ...Object.fromEntries(measured.teams) };
    await this.#store.set(key, { version: VERSION, teams }).catch(() => {});
  }

  /** Forgets what was measured on an adapter: the next load measures anew. */
  async forget(gpu: Gpu): Promise<void> {
    gpu.tuned.clear();
    await this.#store.delete(adapterKey(gpu)).catch(() => {});
  }
}
