// The store of commands for its components.
import { useFeature, useStores } from '../../stores/react.ts';
import { commandsStore } from './store.ts';
import type { CommandsStore, CommandsStoreState } from './types.ts';

export function useCommandsStore(): CommandsStore {
  return commandsStore.of(useStores());
}

export function useCommands<T>(select: (state: CommandsStoreState) => T): T {
  return useFeature(commandsStore, select);
}
