// Test support: answers to what the way of a token asks, in place of the engine. Its vectors are small, add up as a model's do, and are of all ids
// before and of the weights.

import { type Interception, SHIPPED, turn, weightsOf } from '../../../e2e/support/scripted-engine.ts';
import type { Command, CommandOf } from '../../protocol/commands.ts';
import type { EngineEvent, EventOf, LoadedModel } from '../../protocol/events.ts';

const L = 1;

/** Sizes of the model where a test gives none. */
const SMALL = { n_layer: L, n_embd: 8 };

/** Of the ids of a pass and the weights, below 1000. */
function seedOf(ids: Uint32Array, weights: number): number {
  return ids.reduce((seed, id) => (seed * 31 + id) % 997, weights % 997);
}

/** A stream that every layer adds to. */
export function tracedOf(
  { run, tokens, position, ids = new Uint32Array() }: CommandOf<'trace'>,
  weights: number,
  { n_layer, n_embd }: Pick<LoadedModel['dims'], 'n_layer' | 'n_embd'> = SMALL,
): EventOf<'traced'> {
  const vector = (seed: number) =>
    Float32Array.from({ length: n_embd }, (_, c) => Math.sin(seed * 12.9898 + c * 78.233));
  const sum = (...parts: readonly Float32Array[]) =>
    Float32Array.from({ length: n_embd }, (_, c) => parts.reduce((total, part) => total + (part[c] ?? 0), 0));
  const joined = (parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap(part => [...part]));
  const seed = seedOf(tokens.subarray(0, position + 1), weights);
  const [embedding, positional] = [vector(seed), vector(-1 - seed)];
  const layers = Array.from({ length: n_layer }, (_, i) => i);
  const attention = layers.map(i => vector(1000 + seed + 100 * i));
  const mlp = layers.map(i => vector(2000 + seed + 100 * i));
  const residual = [sum(embedding, positional)];
  for (const i of layers)
    residual.push(sum(...residual.slice(-1), ...attention.slice(i, i + 1), ...mlp.slice(i, i + 1)));
  return {
    type: 'traced',
    run,
    position,
    embedding,
    positional,
    residual: joined(residual),
    attention: joined(attention),
    mlp: joined(mlp),
    before: joined(layers.map(i => vector(3000 + seed + i))),
    after: joined(layers.map(i => vector(4000 + seed + i))),
    final: residual[n_layer] ?? embedding,
    rows: joined(Array.from(ids, id => vector(id + (weights % 997)))),
  };
}

function attentionOf({ run, tokens, position }: CommandOf<'attention'>, weights: number): EventOf<'attention'> {
  const seed = seedOf(tokens.subarray(0, position + 1), weights);
  const scores = Array.from({ length: L * (position + 1) }, (_, i) => 1 + ((seed * 17 + i * 29) % 101));
  const total = scores.reduce((a, b) => a + b, 0);
  return { type: 'attention', run, position, weights: Float32Array.from(scores, score => score / total) };
}

export interface ProbeLog {
  readonly intercept: Interception;
  /** What was asked, in order. */
  readonly asked: Command[];
  /** Lengths whose measurement waits until the test lets it go. */
  held: boolean;
  /** `trace` fails with this message. */
  fail: string | null;
}

export function probeAnswers(): ProbeLog {
  const cancelled = new Set<number>();
  let weights = SHIPPED;
  const log: ProbeLog = {
    asked: [],
    held: false,
    fail: null,
    intercept: (command, say) => {
      if (command.type === 'load') weights = weightsOf(command.source);
      if (command.type === 'cancel') {
        cancelled.add(command.run);
        return false;
      }
      if (!['trace', 'attention', 'measure_cache', 'close_view'].includes(command.type)) return false;
      log.asked.push(command);
      void answer(command, say, { log, cancelled, weights });
      return true;
    },
  };
  return log;
}

interface Asked {
  readonly log: ProbeLog;
  readonly cancelled: ReadonlySet<number>;
  /** Of the model that was asked. */
  readonly weights: number;
}

async function answer(
  command: Command,
  say: (event: EngineEvent) => void,
  { log, cancelled, weights }: Asked,
): Promise<void> {
  const { run } = command;
  const ended = (): boolean => {
    if (!cancelled.has(run)) return false;
    say({ type: 'failed', run, error: { code: 'cancelled', message: 'cancelled', detail: {} } });
    return true;
  };
  await turn();
  if (ended()) return;
  if (command.type === 'trace' && log.fail !== null) {
    say({ type: 'failed', run, error: { code: 'out_of_memory', message: log.fail, detail: {} } });
    return;
  }
  if (command.type === 'trace') say(tracedOf(command, weights));
  if (command.type === 'attention') say(attentionOf(command, weights));
  if (command.type === 'measure_cache') {
    if (!(await measure(command, say, log, cancelled))) {
      ended();
      return;
    }
  }
  say({ type: 'done', run });
}

/** False when it was cancelled on the way. */
async function measure(
  { run, lengths }: CommandOf<'measure_cache'>,
  say: (event: EngineEvent) => void,
  log: ProbeLog,
  cancelled: ReadonlySet<number>,
): Promise<boolean> {
  for (const [i, length] of lengths.entries()) {
    do {
      await turn();
      if (cancelled.has(run)) return false;
    } while (log.held && i > 0);
    say({ type: 'cache_measured', run, length, cachedMs: 2, uncachedMs: 2 * length, difference: 1e-6 });
  }
  return true;
}
