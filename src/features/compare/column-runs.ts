// The work of columns: runs one after the other, models one in memory after the other and the first one given back, and rows that are fetched.
import * as requests from '../../client/requests.ts';
import { defined } from '../../lib/assert.ts';
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import { sourceKey, sourceName } from '../../lib/model-source.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { modelTag, toWire } from '../../stores/model/model.ts';
import { isComing } from '../../stores/model/under-way.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { Stores } from '../../stores/stores.ts';
import { changedColumn, columnOf, columnsElsewhere, type Turn, turnsOf } from './columns.ts';
import { drawOn, promptTokens, readyModel, retold } from './drawing.ts';
import { forkOf, type Prompt } from './fork.ts';
import { OwnLoads } from './own-loads.ts';
import { rowsOfTokens } from './row-tokens.ts';
import type { Column, ColumnResult, CompareStore } from './types.ts';
import { inUse, wayBack } from './way-back.ts';

/** Whole rows of all columns together at most. */
const MOST_ROW_BYTES = 128 * 1024 * 1024;

export class ColumnRuns {
  readonly #stores: Stores;
  readonly #store: CompareStore;
  #abort = new AbortController();
  /** How often another document was opened. */
  #others = 0;
  /** Of the last run of columns. */
  #loads: OwnLoads | null = null;

  constructor(stores: Stores, store: CompareStore) {
    this.#stores = stores;
    this.#store = store;
  }

  /** What came of columns belongs to the document that was open. Returns the end of it. */
  watch(): () => void {
    return this.#stores.documents.subscribe((now, before) => {
      if (now.id === before.id) return;
      // Another tab wrote the document, and the same text goes on as a copy.
      if (now.notice?.kind === 'copied' && now.notice !== before.notice) return;
      this.#others += 1;
      this.stop();
      this.#forget();
    });
  }

  #forget(): void {
    const { columns } = this.#store.getState();
    const { text } = this.#stores.document.getState();
    this.#store.setState({ columns: columnsElsewhere(columns, text), place: null, error: null });
  }

  stop(): void {
    const { working } = this.#store.getState();
    const stops = working === 'columns' || working === 'rows';
    this.#store.setState({ asking: null, ...(stops ? { working: 'stopping' } : {}) });
    this.#abort.abort();
    if (working !== 'columns') return;
    this.#stores.work.scheduler.cancel('run');
    const model = this.#stores.model.getState();
    if (isComing(model) && this.#loads?.undisturbed) model.cancelLoad();
  }

  async run(ids: readonly number[]): Promise<void> {
    const turns = this.#turns(ids);
    if (turns.length === 0) return;
    const load = readyModel(this.#stores.model.getState());
    const others = turns.filter(({ model }) => load === null || sourceKey(model) !== sourceKey(load.model.source));
    if (load !== null && others.length > 0) {
      const models = others.map(({ model }) => sourceName(model));
      this.#store.setState({ asking: { columns: ids, models, back: load.model.name } });
      return;
    }
    await this.#work('columns', () => this.#runTurns(turns));
  }

  async answer(yes: boolean): Promise<void> {
    const { asking } = this.#store.getState();
    this.#store.setState({ asking: null });
    if (asking === null || !yes) return;
    const turns = this.#turns(asking.columns);
    if (turns.length > 0) await this.#work('columns', () => this.#runTurns(turns));
  }

  async look(place: number | null): Promise<void> {
    this.#store.setState({ place });
    if (place === null || this.#busy) return;
    await this.#work('rows', () => this.#fetch([place]));
  }

  async measure(): Promise<void> {
    const most = this.#store
      .getState()
      .columns.reduce((all, { result }) => Math.max(all, result?.tokens.length ?? 0), 0);
    if (most > 0 && !this.#busy) await this.#work('rows', () => this.#fetch(Array.from({ length: most }, (_, i) => i)));
  }

  get #busy(): boolean {
    return this.#store.getState().working !== 'no' || isRunning(this.#stores.generation.getState().status);
  }

  /** Empty while there is no model, or other work is on. */
  #turns(ids: readonly number[]): readonly Turn[] {
    const load = readyModel(this.#stores.model.getState());
    if (load === null || this.#busy) return [];
    return turnsOf(this.#store.getState().columns, ids, load.model.source);
  }

  async #work(working: 'columns' | 'rows', work: () => Promise<void>): Promise<void> {
    this.#abort = new AbortController();
    this.#store.setState({ working, error: null });
    const others = this.#others;
    try {
      await work();
    } catch (thrown) {
      const error = asNucleusError(thrown);
      if (error.code !== 'cancelled') this.#store.setState({ error: toWire(error) });
    } finally {
      this.#store.setState({ working: 'no' });
      // What was under way has put its end into the columns of the document that is open now.
      if (this.#others !== others) this.#forget();
    }
  }

  async #runTurns(turns: readonly Turn[]): Promise<void> {
    const { document, model } = this.#stores;
    document.getState().finish();
    const { text, tokens, tokenizer, branches } = document.getState();
    const prompt: Prompt = {
      text,
      tokens,
      fingerprint: tokenizer?.fingerprint ?? '',
      branches: new Map(branches.map(each => [each.id, each.tokens])),
    };
    for (const id of turns.flatMap(({ columns }) => columns))
      this.#change(id, { status: 'waiting', error: null, result: null });
    this.#store.setState({ place: null });
    const before = defined(readyModel(model.getState()), 'a model').model.source;
    const others = this.#others;
    const stays = (): boolean => this.#others === others;
    const loads = new OwnLoads(model);
    this.#loads = loads;
    const back = wayBack(this.#stores, before, stays);
    try {
      for (const [i, turn] of turns.entries()) {
        this.#throwIfStopped();
        if (i > 0 || !inUse(this.#stores, turn.model)) await loads.load(turn.model);
        for (const id of turn.columns) await this.#column(id, prompt);
        if (this.#store.getState().keepRows && turns.length > 1) await this.#keepRows(turn.columns);
      }
    } finally {
      this.#settle(turns);
      const goes = loads.stand && !inUse(this.#stores, before);
      if (goes) this.#store.setState({ working: 'back' });
      if (goes) await back.go().finally(back.end);
      else back.end();
    }
  }

  /** Columns that had no turn were stopped. */
  #settle(turns: readonly Turn[]): void {
    for (const id of turns.flatMap(({ columns }) => columns)) {
      const status = columnOf(this.#store.getState(), id)?.status;
      if (status === 'waiting' || status === 'running') this.#change(id, { status: 'stopped' });
    }
  }

  #throwIfStopped(): void {
    if (this.#abort.signal.aborted) throw new NucleusError('cancelled', 'the columns were stopped');
  }

  async #column(id: number, prompt: Prompt): Promise<void> {
    this.#throwIfStopped();
    const column = columnOf(this.#store.getState(), id);
    const load = readyModel(this.#stores.model.getState());
    if (column === undefined || load === null) return;
    // Ids of biases are those of the document's vocabulary.
    const same = load.tokenizer.fingerprint === prompt.fingerprint;
    const settings = same ? column.setup.settings : { ...column.setup.settings, logit_bias: [] };
    const { seed } = column.setup;
    const started: ColumnResult = {
      model: { name: load.model.name, digest: modelTag(this.#stores.model.getState()) },
      tokenizer: load.tokenizer,
      eosIds: load.model.eosIds,
      settings,
      seed,
      text: prompt.text,
      base: [],
      tokens: [],
      end: null,
      rows: new Map(),
    };
    this.#change(id, { status: 'running', result: started });
    try {
      if (column.setup.branch === null) await this.#draw(column, started, prompt);
      else await this.#lookAtBranch(column, started, prompt);
      const { result } = columnOf(this.#store.getState(), id) ?? {};
      const stopped = result?.end === 'cancelled';
      this.#change(id, { status: stopped ? 'stopped' : 'done' });
      if (stopped) this.#abort.abort();
    } catch (thrown) {
      const error = asNucleusError(thrown);
      this.#change(id, error.code === 'cancelled' ? { status: 'stopped' } : { status: 'failed', error: toWire(error) });
      if (error.code === 'cancelled') this.#abort.abort();
    }
  }

  /** The document's text, or its own, in the ids of the model in use. */
  #baseOf({ setup }: Column, prompt: Prompt): readonly DocumentToken[] {
    const load = readyModel(this.#stores.model.getState());
    if (load === null) return [];
    const same = load.tokenizer.fingerprint === prompt.fingerprint;
    if (setup.prompt === null && same && prompt.tokens.length > 0) return prompt.tokens;
    return promptTokens(load, setup.prompt ?? prompt.text);
  }

  async #draw(column: Column, started: ColumnResult, prompt: Prompt): Promise<void> {
    const { settings, seed } = started;
    const base = this.#baseOf(column, prompt);
    const show = (part: Partial<ColumnResult>): void =>
      this.#change(column.id, { result: { ...started, base, ...part } });
    show({});
    await this.#stores.work.scheduler.start('run', signal =>
      drawOn(this.#stores, { base, settings, seed }, signal, continued => show(continued)),
    );
  }

  /** A branch from where it leaves the others that are looked at, each token with its row. */
  async #lookAtBranch({ id, setup }: Column, started: ColumnResult, prompt: Prompt): Promise<void> {
    const whole = prompt.branches.get(setup.branch ?? -1);
    if (whole === undefined) throw new NucleusError('empty_prompt', 'the branch is not there any more');
    const fork = forkOf(whole, this.#store.getState().columns, prompt);
    const load = readyModel(this.#stores.model.getState());
    const same = load?.tokenizer.fingerprint === prompt.fingerprint;
    const { base, tokens } =
      same || load === null ? { base: whole.slice(0, fork), tokens: whole.slice(fork) } : retold(load, whole, fork);
    const show = (part: Partial<ColumnResult>): void => this.#change(id, { result: { ...started, base, ...part } });
    show({});
    await this.#stores.work.scheduler.start('run', signal =>
      rowsOfTokens(this.#stores.work.client, { base, tokens }, signal, measured => show({ tokens: measured })),
    );
  }

  /** Whole rows at these places of every column whose model is in use. */
  async #fetch(places: readonly number[]): Promise<void> {
    const tag = modelTag(this.#stores.model.getState());
    const ids = this.#store
      .getState()
      .columns.filter(({ result }) => result?.model.digest === tag)
      .map(({ id }) => id);
    await this.#rowsOf(ids, places);
  }

  async #keepRows(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      const length = columnOf(this.#store.getState(), id)?.result?.tokens.length ?? 0;
      await this.#rowsOf(
        [id],
        Array.from({ length }, (_, i) => i),
      );
    }
  }

  async #rowsOf(ids: readonly number[], places: readonly number[]): Promise<void> {
    const { client, scheduler } = this.#stores.work;
    for (const place of places) {
      for (const id of ids) {
        const result = columnOf(this.#store.getState(), id)?.result;
        if (!result || place >= result.tokens.length || result.rows.has(place)) continue;
        this.#throwIfStopped();
        const before = idsOf(result.base.concat(result.tokens.slice(0, place)));
        const { logits, outside } = await scheduler.view(
          signal => requests.row(client, before, before.length - 1, signal),
          this.#abort.signal,
        );
        // A server shows a part of each row, which the token has already.
        if (outside !== undefined) return;
        this.#putRow(id, result, place, logits);
      }
    }
  }

  /** Those that were fetched first give way. */
  #putRow(id: number, result: ColumnResult, place: number, logits: Float32Array): void {
    const most = Math.max(2, Math.floor(MOST_ROW_BYTES / logits.byteLength / this.#store.getState().columns.length));
    const rows = new Map([...result.rows].slice(-(most - 1)));
    rows.set(place, logits);
    this.#change(id, { result: { ...result, rows } });
  }

  #change(id: number, part: Partial<Column>): void {
    const { columns } = this.#store.getState();
    this.#store.setState({ columns: changedColumn(columns, id, part) });
  }
}
