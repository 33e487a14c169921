// Test support: a page whose scripted model writes what a test says, with its commands and who answers them.
import { logitsAfter, until } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { Command } from '../../protocol/commands.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import { rankOf, rankRow, rowStatistics } from '../../sampling/row.ts';
import { TOKENIZER } from '../share/sharedRun.fixture.ts';
import { toolsStore } from '../shared/tools.ts';
import type { Around } from './answering.ts';
import { worked } from './expression/worked.ts';
import { fetchAllowed, type Surroundings } from './fetched.ts';
import type { LibraryRecord } from './kept.ts';
import { EMPTY, readLibrary } from './library.ts';
import { createCommandsStore } from './store.ts';
import type { CommandsStore, Definition, Library } from './types.ts';

/** Writes `written` token by token; where it holds a stop string it ends there, as the engine does. */
function writes(
  command: Extract<Command, { type: 'generate' }>,
  written: string,
  say: (event: EngineEvent) => void,
): void {
  const { run, tokens, settings } = command;
  const found = settings.stop.map(stop => ({ stop, at: written.indexOf(stop) })).find(({ at }) => at >= 0);
  const shown = TOKENIZER.encode(found ? written.slice(0, found.at) : written).slice(0, settings.max_new_tokens);
  say({ type: 'prefilled', run, reused: 0, computed: tokens.length, ms: 1 });
  for (const [i, id] of shown.entries()) {
    const position = tokens.length + i;
    const row = rankRow(logitsAfter(tokens.slice(0, 1)));
    const { logit } = rowStatistics(row.logits, id);
    const { logZ, entropy } = row;
    const top = { topIds: Uint32Array.of(id), topLogits: Float32Array.of(logit) };
    say({
      type: 'token',
      run,
      position,
      id,
      logit,
      logZ,
      entropy,
      rank: rankOf(row, id),
      pAfter: 1,
      u: 0.5,
      ms: i,
      ...top,
    });
  }
  const reason = found ? 'stop_string' : 'end_of_text';
  const generated = shown.length + (found ? 1 : 0);
  say({
    type: 'finished',
    run,
    reason,
    stop: found?.stop ?? '',
    piece: new Uint8Array(),
    generated,
    prefillMs: 1,
    decodeMs: 1,
  });
  say({ type: 'done', run });
}

export interface Bench {
  readonly page: Page;
  readonly commands: CommandsStore;
  readonly fetches: { readonly url: string; readonly options: RequestInit }[];
  readonly kept: { library: Library };
}

interface BenchOptions {
  /** What each run writes, one after the other; then nothing. */
  readonly written?: readonly string[];
  readonly text?: string;
  readonly library?: Partial<Library>;
  readonly off?: boolean;
  readonly around?: Partial<Around>;
  readonly fetch?: Surroundings['fetch'];
  readonly memory?: Map<string, unknown>;
  readonly tokenizerConfig?: unknown;
  readonly context?: number;
}

export async function bench(options: BenchOptions = {}): Promise<Bench> {
  const written = [...(options.written ?? [])];
  const page = await readyPage({
    firstText: options.text ?? 'USER: "Hm?"\n',
    model: {
      dims: {
        n_layer: 1,
        n_embd: 8,
        n_head: 1,
        n_kv_head: 1,
        head_size: 8,
        n_ctx: options.context ?? 4096,
        vocab_size: 2048,
      },
      ...(options.tokenizerConfig === undefined ? {} : { tokenizerConfig: options.tokenizerConfig }),
    },
    ...(options.memory ? { memory: options.memory } : {}),
    intercept: (command, say) => {
      if (command.type !== 'generate') return false;
      writes(command, written.shift() ?? '', say);
      return true;
    },
  });
  page.settings.getState().change({ max_new_tokens: 400 });
  const fetches: Bench['fetches'] = [];
  const kept = { library: { ...EMPTY, ...options.library } };
  const record: LibraryRecord = {
    read: () => Promise.resolve(readLibrary(structuredClone(kept.library))),
    change: change => {
      kept.library = readLibrary(structuredClone(change(kept.library)));
      return Promise.resolve();
    },
    hear: () => () => {},
  };
  const made = createCommandsStore({
    ...page,
    ...page.work,
    record,
    tools: toolsStore.of(page),
    date: () => 5,
    workOut: request => Promise.resolve(worked(request)),
    askAddress: request =>
      fetchAllowed(request, {
        fetch: (url, init) => {
          fetches.push({ url: url.href, options: init });
          return options.fetch?.(url, init) ?? Promise.resolve(new Response('{"now": {"t": 21.5}}'));
        },
        later: page.work.later,
        refusedByPolicy: () => false,
      }),
    ...options.around,
  });
  page.work.onEnd(made.dispose);
  const commands = made.store;
  await until(() => commands.getState().ready);
  if (options.off !== true) commands.getState().turn(true);
  return { page, commands, fetches, kept };
}

export const define = (part: Partial<Definition>): Definition => ({
  name: 'ASK',
  purpose: 'anything',
  by: 'text',
  source: 'forty-two',
  path: '',
  enabled: true,
  ...part,
});

export const run = (b: Bench) => b.page.generation.getState().run();
export const status = (b: Bench) => b.page.generation.getState().status;
export const trouble = (b: Bench) => b.commands.getState().question?.trouble;
export const ASKS = 'COMMAND=ASK<EOC>';
