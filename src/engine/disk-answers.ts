// What is answered without a model: which are stored and how they are, and which there are among opened files.
import type { ModelCache } from '../hub/cache.ts';
import { choicesAmongOpened } from '../hub/choices.ts';
import { checkForUpdate } from '../hub/load.ts';
import type { CommandOf } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';

export type DiskCommand = CommandOf<'list_opened' | 'cache_list' | 'cache_verify' | 'cache_delete' | 'cache_check'>;

/** Null where there is nothing to say but that it is done. Rejects as the cache and the Hub do. */
export async function answerFromDisk(
  cache: ModelCache,
  command: DiskCommand,
  signal: AbortSignal,
): Promise<EngineEvent | null> {
  const { run } = command;
  switch (command.type) {
    case 'list_opened':
      return { type: 'listed', run, choices: choicesAmongOpened(command.files) };
    case 'cache_list': {
      const [models, usage] = await Promise.all([cache.list(), cache.usage()]);
      return { type: 'cache', run, models, usage };
    }
    case 'cache_verify':
      return { type: 'verified', run, key: command.key, damaged: await cache.verify(command.key, signal) };
    case 'cache_delete':
      await cache.delete(command.key);
      return null;
    case 'cache_check': {
      const { key, origins } = command;
      return { type: 'update', run, key, ...(await checkForUpdate(cache, key, origins, signal)) };
    }
    default:
      return command satisfies never;
  }
}
