// Test support: answers to what the way of a token asks, in place of the engine. Its vectors are small, and add up as a model's do.

import { type Interception, turn } from '../../../e2e/support/scripted-engine.ts';
import type { Command, CommandOf } from '../../protocol/commands.ts';
import type { EngineEvent, EventOf } from '../../protocol/events.ts';

const C = 8;
const L = 1;

function vector(seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: C }, (_, c) => Math.sin(seed * 12.9898 + c * 78.233));
}

const sum = (...parts: readonly Float32Array[]) =>
  Float32Array.from({ length: C }, (_, c) => parts.reduce((total, part) => total + (part[c] ?? 0), 0));

function tracedOf(
  run: number,
  tokens: Uint32Array,
  position: number,
  ids: Uint32Array = new Uint32Array(),
): EventOf<'traced'> {
  const embedding = vector(tokens[position] ?? 0);
  const positional = vector(-1 - position);
  const [attention, mlp] = [vector(1000 + position), vector(2000 + position)];
  const first = sum(embedding, positional);
  const last = sum(first, attention, mlp);
  const rows = Float32Array.from(Array.from(ids, id => [...vector(id)]).flat());
  const residual = Float32Array.of(...first, ...last);
  return { type: 'traced', run, position, embedding, positional, residual, attention, mlp, final: last, rows };
}

function attentionOf(run: number, position: number): EventOf<'attention'> {
  const weights = new Float32Array(L * (position + 1)).fill(1 / (position + 1));
  return { type: 'attention', run, position, weights };
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
  const log: ProbeLog = {
    asked: [],
    held: false,
    fail: null,
    intercept: (command, say) => {
      if (command.type === 'cancel') {
        cancelled.add(command.run);
        return false;
      }
      if (!['trace', 'attention', 'measure_cache', 'close_view'].includes(command.type)) return false;
      log.asked.push(command);
      void answer(command, say, log, cancelled);
      return true;
    },
  };
  return log;
}

async function answer(
  command: Command,
  say: (event: EngineEvent) => void,
  log: ProbeLog,
  cancelled: ReadonlySet<number>,
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
  if (command.type === 'trace') say(tracedOf(run, command.tokens, command.position, command.ids));
  if (command.type === 'attention') say(attentionOf(run, command.position));
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
