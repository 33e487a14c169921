// What the scripted engine tells step by step: sweeps, tiles of the lens, and the searches of the real engine over its rows.
import { searchBy } from '../../src/engine/search/methods.ts';
import type { PathModel, Told } from '../../src/engine/search/paths.ts';
import { ablatedLogits } from '../../src/features/ablation/ablation.fixture.ts';
import { lensEvent } from '../../src/features/lens/lens.fixture.ts';
import type { CommandOf } from '../../src/protocol/commands.ts';
import type { EngineEvent } from '../../src/protocol/events.ts';
import type { SearchCommand } from '../../src/protocol/search.ts';
import { divergence } from '../../src/sampling/compare.ts';
import { rankOf, rankRow } from '../../src/sampling/row.ts';

export function* sweptEvents(
  { run, tokens, id, parts, baseline }: CommandOf<'sweep'>,
  weights: number,
): Generator<EngineEvent> {
  for (const part of [null, ...parts]) {
    const row = rankRow(ablatedLogits(tokens, part === null ? [] : [part], baseline, weights));
    const { logits, logZ, order } = row;
    const topId = order[0] ?? 0;
    const [logprob, topLogprob] = [(logits[id] ?? 0) - logZ, (logits[topId] ?? 0) - logZ];
    const rank = rankOf(row, id);
    const change = divergence(rankRow(ablatedLogits(tokens, [], baseline, weights)), row);
    yield { type: 'swept', run, part, logprob, rank, topId, topLogprob, divergence: change };
  }
}

/** A depth at a time. Every row is computed once; the text and the path before it are shared. */
export function* grownEvents(
  { run, tokens, depth, children, floor }: CommandOf<'grow'>,
  eosIds: readonly number[],
  logitsAfter: (ids: Uint32Array) => Float32Array,
): Generator<EngineEvent> {
  type Path = readonly { readonly node: number; readonly id: number }[];
  let level: Path[] = [[]];
  let node = 0;
  for (let at = 0; at < depth; at++) {
    const growing = level.filter(path => !eosIds.includes(path.at(-1)?.id ?? -1));
    level = [];
    const nodes = growing.flatMap(path => {
      const row = rankRow(logitsAfter(Uint32Array.of(...tokens, ...path.map(({ id }) => id))));
      const logprobs = Array.from(row.order.subarray(0, children), id => ({ id, logprob: row.logits[id]! - row.logZ }));
      return logprobs
        .filter(({ logprob }) => Math.exp(logprob) >= floor)
        .map(({ id, logprob }) => {
          level.push([...path, { node, id }]);
          return { node: node++, parent: path.at(-1)?.node ?? -1, id, logprob };
        });
    });
    const computed = at === 0 ? 0 : growing.length;
    yield { type: 'grown', run, nodes, computed, reused: computed * (tokens.length + at - 1) };
  }
}

/** Tiles of 16 positions, layer by layer. */
export function* lensEvents(
  { run, tokens, from, to, asked }: CommandOf<'lens'>,
  weights: number,
  blocks = 1,
): Generator<EngineEvent> {
  const layers = blocks + 1;
  for (let begin = from; begin < to; begin += 16)
    for (let layer = 0; layer < layers; layer++)
      yield lensEvent(run, tokens, { layer, layers, from: begin, to: Math.min(to, begin + 16), asked }, weights);
}

/** Final states hang on the last two ids. */
function scriptedSearch(
  { tokens, method, max_new_tokens, ends }: SearchCommand,
  eosIds: readonly number[],
  logitsAfter: (ids: Uint32Array) => Float32Array,
): AsyncGenerator<Told> {
  const after = (path: readonly number[]): Uint32Array => Uint32Array.from([...tokens, ...path]);
  const state = (ids: Uint32Array): Float32Array => {
    const angle = (ids.at(-1) ?? 0) + (ids.at(-2) ?? 0) / 7;
    return Float32Array.of(Math.cos(angle), Math.sin(angle));
  };
  const model: PathModel = {
    room: 40,
    rows: async paths => paths.map(path => logitsAfter(after(path))),
    finals: async paths =>
      paths === null
        ? Array.from(tokens, (_, i) => state(tokens.subarray(0, i + 1)))
        : paths.map(path => state(after(path))),
  };
  return searchBy(method, model, { max_new_tokens, ends: ends ? eosIds : [] });
}

export async function* searchedEvents(
  command: SearchCommand,
  eosIds: readonly number[],
  logitsAfter: (ids: Uint32Array) => Float32Array,
): AsyncGenerator<EngineEvent> {
  for await (const told of scriptedSearch(command, eosIds, logitsAfter))
    yield { type: 'searched', run: command.run, ...told };
}
