// From a command of a view of the inside to its events.
import type { ProbeCommand, ProbeView } from '../../protocol/probe-commands.ts';
import type { LensEvent, ProbeEvent } from '../../protocol/probe-events.ts';
import type { OpenModel } from '../load.ts';
import { grow } from './grow.ts';
import type { LensTile } from './lens.ts';
import { measureCache } from './measure-cache.ts';
import { pinned } from './pinned.ts';
import type { Probes } from './probes.ts';

/** Throws as the probe that is asked: `prompt_too_long`, `bad_token`, `out_of_memory`, `cancelled`, `nan_logits`, `device_lost`. */
export async function* answerProbe(
  { probes, vocabulary }: Pick<OpenModel, 'probes' | 'vocabulary'>,
  command: ProbeCommand,
  signal: AbortSignal,
): AsyncGenerator<ProbeEvent> {
  const { run } = command;
  switch (command.type) {
    case 'lens': {
      const { tokens, from, to, asked } = command;
      for await (const tile of probes.lens.tiles(tokens, from, to, asked, signal)) yield lensEvent(run, tile);
      return;
    }
    case 'attention': {
      const { tokens, position } = command;
      yield {
        type: 'attention',
        run,
        position,
        weights: await probes.attention.row(tokens, position, signal),
      };
      return;
    }
    case 'attention_map': {
      const { tokens, layer, head, from } = command;
      for await (const tile of probes.attention.map(tokens, layer, head, from, signal)) {
        yield { type: 'attention_map', run, ...tile };
      }
      return;
    }
    case 'ablate': {
      const { tokens, off, baseline, from } = command;
      const { logits, logprobs } = await probes.ablation.run(tokens, off, baseline, from, signal);
      yield { type: 'ablated', run, logits, logprobs: Float32Array.from(logprobs) };
      return;
    }
    case 'sweep': {
      const { tokens, id, parts, baseline } = command;
      for await (const swept of probes.ablation.sweep(tokens, id, parts, baseline, signal)) {
        yield { type: 'swept', run, ...swept };
      }
      return;
    }
    case 'pinned': {
      const { tokens, pins, from, to } = command;
      yield { type: 'pinned', run, from, logits: await pinned(probes.context, tokens, pins, from, to, signal) };
      return;
    }
    case 'grow': {
      const { tokens } = command;
      for await (const grown of grow(probes.context, tokens, { ...command, ends: vocabulary.eosIds }, signal)) {
        yield { type: 'grown', run, ...grown };
      }
      return;
    }
    case 'trace': {
      const { tokens, position, ids = new Uint32Array() } = command;
      const traced = await probes.trace.at(tokens, position, signal);
      yield { type: 'traced', run, ...traced, rows: await probes.trace.rows(tokens, position, ids, signal) };
      return;
    }
    case 'measure_cache': {
      for await (const measured of measureCache(probes.context, command.tokens, command.lengths, signal)) {
        yield { type: 'cache_measured', run, ...measured };
      }
      return;
    }
    case 'close_view':
      close(probes, command.view);
      return;
    default:
      command satisfies never;
  }
}

function lensEvent(run: number, { layer, from, cells }: LensTile): LensEvent {
  return {
    type: 'lens',
    run,
    layer,
    from,
    topIds: Uint32Array.from(cells, cell => cell.topId),
    topLogprobs: Float32Array.from(cells, cell => cell.topLogprob),
    logprobs: Float32Array.from(cells, cell => cell.logprob),
    ranks: Uint32Array.from(cells, cell => cell.rank),
    divergences: Float32Array.from(cells, cell => cell.divergence),
  };
}

function close(probes: Probes, view: ProbeView): void {
  switch (view) {
    case 'lens':
      probes.lens.close();
      return;
    case 'attention':
      probes.attention.close();
      return;
    case 'ablation':
      probes.ablation.close();
      return;
    case 'trace':
      probes.trace.close();
      return;
    default:
      view satisfies never;
  }
}
