// Runs of an engine beside the worker: each can be cancelled by its number, and ends with `done` or with what went wrong.
import type { Command } from './commands.ts';
import type { EngineEvent, WireError } from './events.ts';

export type Say = (event: EngineEvent) => void;
/** A command that is a run of its own. */
export type RunCommand = Exclude<Command, { type: 'cancel' }>;

/** An engine with the worker's words. */
export interface EngineBeside {
  receive(command: Command): void;
  /** Ends all that is under way. */
  dispose(): void;
}

/**
 * @param perform says the events of a command; rejects with its error
 * @param toWire an error as it crosses
 */
export function engineBeside(
  say: Say,
  perform: (command: RunCommand, signal: AbortSignal) => Promise<void>,
  toWire: (thrown: unknown) => WireError,
): EngineBeside {
  const runs = new Map<number, AbortController>();
  const begin = async (command: RunCommand): Promise<void> => {
    const { run } = command;
    const abort = new AbortController();
    runs.set(run, abort);
    try {
      await perform(command, abort.signal);
      say({ type: 'done', run });
    } catch (thrown) {
      say({ type: 'failed', run, error: toWire(thrown) });
    } finally {
      runs.delete(run);
    }
  };
  return {
    receive: command => {
      if (command.type === 'cancel') runs.get(command.run)?.abort();
      else void begin(command);
    },
    dispose: () => {
      for (const abort of runs.values()) abort.abort();
    },
  };
}
