// Answers to views of the inside, cut out of a recording as the worker would send them.
import { defined } from '../lib/assert.ts';
import type { CommandOf } from '../protocol/commands.ts';
import type { EventOf } from '../protocol/events.ts';
import type { Part } from '../protocol/probe-commands.ts';
import { rowStatistics } from '../sampling/row.ts';
import type { RecordedAblations, Recording } from './recording.ts';
import { countOf, notRecorded } from './refusal.ts';

/** Positions of one tile of the worker. */
const TILE = 16;

const rowAt = ({ rows }: Recording, position: number): Float32Array => defined(rows[position], 'a recorded row');

export function pinnedOf(recording: Recording, command: CommandOf<'pinned'>): EventOf<'pinned'> {
  const { run, pins, from, to } = command;
  countOf(recording, command, to);
  const logits = new Float32Array((to - from) * pins.length);
  for (let row = from; row < to; row++) {
    const all = rowAt(recording, row);
    for (const [i, id] of pins.entries()) logits[(row - from) * pins.length + i] = all[id] ?? Number.NaN;
  }
  return { type: 'pinned', run, from, logits };
}

/** Tile by tile, layer by layer. */
export function* lensOf(recording: Recording, command: CommandOf<'lens'>): Generator<EventOf<'lens'>> {
  const { run, from, to, asked } = command;
  countOf(recording, command, to);
  const { lens, run: recorded } = recording;
  const T = recorded.ids.length;
  const known = lens.asked.find(({ id }) => id === asked);
  if (known === undefined) throw notRecorded('lens');
  for (let begin = from; begin < to; begin += TILE) {
    const end = Math.min(to, begin + TILE);
    for (let layer = 0; layer * T < lens.topIds.length; layer++) {
      const [a, b] = [layer * T + begin, layer * T + end];
      yield {
        type: 'lens',
        run,
        layer,
        from: begin,
        topIds: lens.topIds.slice(a, b),
        topLogprobs: lens.topLogprobs.slice(a, b),
        logprobs: known.logprobs.slice(a, b),
        ranks: known.ranks.slice(a, b),
        divergences: lens.divergences.slice(a, b),
      };
    }
  }
}

export function attentionMapOf(recording: Recording, command: CommandOf<'attention_map'>): EventOf<'attention_map'> {
  const { run, tokens, layer, head, from } = command;
  const T = countOf(recording, command, tokens.length);
  const { n_head } = recording.model.dims;
  const heads = head === null ? Array.from({ length: n_head }, (_, i) => i) : [head];
  const weights = new Float32Array((T - from) * T);
  for (let row = from; row < T; row++) {
    const all = defined(recording.attention[row], 'recorded attention');
    for (const each of heads) {
      const begin = (layer * n_head + each) * (row + 1);
      for (let key = 0; key <= row; key++) {
        const at = (row - from) * T + key;
        weights[at] = (weights[at] ?? 0) + (all[begin + key] ?? 0) / heads.length;
      }
    }
  }
  return { type: 'attention_map', run, from, rows: T - from, weights };
}

/** With nothing off: the rows as they are. */
export function plainAblation(recording: Recording, command: CommandOf<'ablate'>): EventOf<'ablated'> {
  const { run, tokens, from } = command;
  const count = countOf(recording, command, tokens.length);
  const logprobs = Float32Array.from(tokens.subarray(from), (id, i) => {
    const { logit, logZ } = rowStatistics(rowAt(recording, from + i - 1), id);
    return logit - logZ;
  });
  return { type: 'ablated', run, logits: rowAt(recording, count - 1).slice(), logprobs };
}

const partKey = (part: Part | null): string =>
  part === null ? '' : `${part.layer}.${part.kind}${part.kind === 'head' ? `.${part.head}` : ''}`;
const keyOf = (parts: readonly Part[]): string => parts.map(partKey).sort().join(' ');

export function ablationOf(
  recording: Recording,
  command: CommandOf<'ablate'>,
  { takes }: RecordedAblations,
): EventOf<'ablated'> {
  const { run, tokens, from, off, baseline } = command;
  const count = countOf(recording, command, tokens.length);
  const take = takes.find(each => keyOf(each.off) === keyOf(off));
  if (take === undefined || baseline !== 'zero' || count < recording.run.ids.length) throw notRecorded('ablate');
  return { type: 'ablated', run, logits: take.logits.slice(), logprobs: take.logprobs.slice(from - 1) };
}

export function* sweptOf(recording: Recording, command: CommandOf<'sweep'>): Generator<EventOf<'swept'>> {
  const { run, tokens, id, parts, baseline } = command;
  const count = countOf(recording, command, tokens.length);
  const take = recording.sweeps.find(each => each.tokens === count && each.id === id && each.baseline === baseline);
  if (take === undefined) throw notRecorded('sweep');
  const keys = take.parts.map(partKey);
  for (const part of [null, ...parts]) {
    const at = keys.indexOf(partKey(part));
    if (at < 0) throw notRecorded('sweep');
    yield {
      type: 'swept',
      run,
      part,
      logprob: take.logprobs[at] ?? Number.NaN,
      rank: take.ranks[at] ?? 0,
      topId: take.topIds[at] ?? 0,
      topLogprob: take.topLogprobs[at] ?? Number.NaN,
      divergence: take.divergences[at] ?? Number.NaN,
    };
  }
}
