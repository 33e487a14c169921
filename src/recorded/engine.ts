// A recording in the place of an engine: commands about the recorded text are answered out of it with the worker's events, all others are refused in one sentence.
import { NucleusError, toWire } from '../lib/error.ts';
import { isNetworkOff, reach } from '../lib/network.ts';
import type { CommandOf } from '../protocol/commands.ts';
import type { EventOf } from '../protocol/events.ts';
import { type EngineBeside, engineBeside, type RunCommand, type Say } from '../protocol/runs.ts';
import { rowStatistics, scoreColumns } from '../sampling/row.ts';
import { ablationOf, attentionMapOf, lensOf, pinnedOf, plainAblation, sweptOf } from './answers.ts';
import { unpack } from './pack.ts';
import {
  FILES,
  type RecordedAblations,
  type RecordedSearches,
  type RecordedTrace,
  type Recording,
} from './recording.ts';
import { asComing, countOf, notRecorded } from './refusal.ts';

/** The bytes at an address. Throws `network`, `not_found`. */
export type ReadFile = (url: string, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;
export function createRecordedEngine(say: Say, read: ReadFile = readBytes): EngineBeside {
  const player = new Player(say, read);
  const perform = async (command: RunCommand, signal: AbortSignal): Promise<void> => {
    await player.perform(command, signal);
    signal.throwIfAborted();
  };
  return engineBeside(say, perform, toWire);
}

async function readBytes(url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await reach(url, { signal }).catch((thrown: unknown) => {
    signal.throwIfAborted();
    if (isNetworkOff(thrown)) throw thrown;
    throw new NucleusError('network', String(thrown), { url }, { cause: thrown });
  });
  if (!response.ok)
    throw new NucleusError(response.status === 404 ? 'not_found' : 'network', `status ${response.status}`, { url });
  return new Uint8Array(await response.arrayBuffer());
}

class Player {
  readonly #say: Say;
  readonly #read: ReadFile;
  /** Files that have come, by name. */
  readonly #files = new Map<string, unknown>();
  #recording: Recording | null = null;
  /** The model itself is on its way. */
  #standsIn = false;
  /** Folder of the recording; ends in `/`. */
  #base = '';

  constructor(say: Say, read: ReadFile) {
    this.#say = say;
    this.#read = read;
  }

  async perform(command: RunCommand, signal: AbortSignal): Promise<void> {
    if (command.type === 'load') return this.#load(command, signal);
    const recording = this.#recording;
    if (recording === null) throw new NucleusError('no_model', 'no recording is open');
    try {
      for await (const event of this.#answers(recording, command, signal)) this.#say(event);
    } catch (thrown) {
      throw this.#standsIn ? asComing(thrown) : thrown;
    }
  }

  async #load({ run, source, origins, recorded: how }: CommandOf<'load'>, signal: AbortSignal): Promise<void> {
    if (source.kind !== 'shipped') throw notRecorded('load');
    const folder = `${origins.shippedBase}${source.id}/`;
    this.#base = `${origins.shippedBase}recorded/${source.id}/`;
    this.#say({ type: 'progress', run, phase: 'download', bytes: 0, totalBytes: 0, fromCache: false });
    const json = async (name: string): Promise<unknown> =>
      JSON.parse(new TextDecoder().decode(await this.#read(folder + name, signal)));
    const [recording, tokenizerJson, tokenizerConfig] = await Promise.all([
      this.#file(FILES.run, signal),
      json('tokenizer.json'),
      json('tokenizer_config.json'),
    ]);
    signal.throwIfAborted();
    this.#recording = recording as Recording;
    this.#standsIn = how === 'meanwhile';
    const { model, run: recorded } = this.#recording;
    this.#say({ type: 'loaded', run, model: { ...model, tokenizerJson, tokenizerConfig, recorded } });
  }

  /** A file of the recording, fetched once. */
  async #file(name: string, signal: AbortSignal): Promise<unknown> {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const made = unpack(await this.#read(this.#base + name, signal));
    this.#files.set(name, made);
    return made;
  }

  async *#answers(recording: Recording, command: Exclude<RunCommand, CommandOf<'load'>>, signal: AbortSignal) {
    switch (command.type) {
      case 'prefill':
        yield rowEvent(recording, command.run, command.tokens, command.tokens.length - 1);
        return;
      case 'row':
        yield rowEvent(recording, command.run, command.tokens, command.position);
        return;
      case 'score':
        yield scoredEvent(recording, command);
        return;
      case 'pinned':
        yield pinnedOf(recording, command);
        return;
      case 'lens':
        yield* lensOf(recording, command);
        return;
      case 'attention': {
        const weights = recording.attention[countOf(recording, command, command.position + 1) - 1];
        if (weights === undefined) throw notRecorded(command.type);
        yield { type: 'attention', run: command.run, position: command.position, weights } as const;
        return;
      }
      case 'attention_map':
        yield attentionMapOf(recording, command);
        return;
      case 'ablate':
        yield command.off.length === 0
          ? plainAblation(recording, command)
          : ablationOf(recording, command, (await this.#file(FILES.ablations, signal)) as RecordedAblations);
        return;
      case 'sweep':
        yield* sweptOf(recording, command);
        return;
      case 'trace':
        yield await this.#trace(recording, command, signal);
        return;
      case 'grow': {
        const { depth, children, floor, events } = recording.grown;
        const same = command.depth === depth && command.children === children && command.floor === floor;
        if (!same || !isWhole(recording, command)) throw notRecorded(command.type);
        for (const event of events) yield { ...event, type: 'grown', run: command.run } as const;
        return;
      }
      case 'search': {
        const { method, max_new_tokens, ends } = command;
        const { takes } = (await this.#file(FILES.searches, signal)) as RecordedSearches;
        const asked = JSON.stringify({ method, max_new_tokens, ends });
        const take = takes.find(each => JSON.stringify(each.asked) === asked);
        if (take === undefined || !isWhole(recording, command)) throw notRecorded(command.type);
        for (const event of take.events) yield { ...event, type: 'searched', run: command.run } as const;
        return;
      }
      case 'measure_cache': {
        const measured = command.lengths.map(length => recording.cache.find(each => each.length === length));
        if (!isWhole(recording, command)) throw notRecorded(command.type);
        for (const event of measured) {
          if (event === undefined) throw notRecorded(command.type);
          yield { ...event, type: 'cache_measured', run: command.run } as const;
        }
        return;
      }
      case 'close_view':
        return;
      default:
        throw notRecorded(command.type);
    }
  }

  async #trace(
    recording: Recording,
    { run, tokens, position, ids = new Uint32Array() }: CommandOf<'trace'>,
    signal: AbortSignal,
  ): Promise<EventOf<'traced'>> {
    countOf(recording, { type: 'trace', tokens }, position + 1);
    const known = (await this.#file(FILES.trace(position), signal)) as RecordedTrace;
    const width = known.traced.final.length;
    const rows = Array.from(ids, id => {
      const at = known.ids.indexOf(id);
      if (at < 0) throw notRecorded('trace');
      return known.traced.rows.subarray(at * width, (at + 1) * width);
    });
    return { ...known.traced, type: 'traced', run, rows: Float32Array.from(rows.flatMap(row => [...row])) };
  }
}

const isWhole = ({ run }: Recording, { tokens }: { readonly tokens: Uint32Array }): boolean =>
  tokens.length === run.ids.length && run.ids.every((id, i) => tokens[i] === id);

function rowEvent(recording: Recording, run: number, tokens: Uint32Array, position: number): EventOf<'row'> {
  const count = countOf(recording, { type: 'row', tokens }, position + 1);
  // The page may keep it; another one is made for whoever asks next.
  return { type: 'row', run, position, logits: (recording.rows[count - 1] ?? new Float32Array()).slice() };
}

function scoredEvent(recording: Recording, command: CommandOf<'score'>): EventOf<'scored'> {
  const { run, tokens, from } = command;
  countOf(recording, command, tokens.length);
  const scored = Array.from(tokens.subarray(from), (id, i) =>
    rowStatistics(recording.rows[from + i - 1] ?? new Float32Array(), id),
  );
  return { type: 'scored', run, from, ...scoreColumns(scored) };
}
