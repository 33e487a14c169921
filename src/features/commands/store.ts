// The store of commands: a person's library, whether it answers in the open document, and the question that is open.
import { createStore } from 'zustand/vanilla';
import { limit } from '../../lib/limit.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { toolsStore } from '../shared/tools.ts';
import { createAskAddress } from './asking.ts';
import { Commands, type CommandsOptions, INITIAL } from './commands.ts';
import { createWorkOut } from './expression/working.ts';
import { keptLibrary } from './kept.ts';
import {
  readDefinitions,
  withAllowed,
  withImported,
  withoutAllowed,
  withoutDefinition,
  writeDefinitions,
} from './library.ts';
import type { CommandsStore, CommandsStoreState } from './types.ts';

/** One a page. */
export const commandsStore = defineFeatureStore<CommandsStore>(stores =>
  createCommandsStore({
    ...stores,
    ...stores.work,
    workOut: createWorkOut((ms, over) => limit(ms, over, stores.work)),
    askAddress: createAskAddress(),
    record: keptLibrary(),
    tools: toolsStore.of(stores),
    date: Date.now,
  }),
);

export function createCommandsStore(options: CommandsOptions): Made<CommandsStore> {
  const commands = new Commands(options);
  const store: CommandsStore = createStore<CommandsStoreState>()((set, get) => ({
    ...INITIAL,
    turn: on => commands.turn(on),
    define: (name, definition) => commands.define(name, definition),
    remove: name => commands.change(library => withoutDefinition(library, name)),
    fill: form => set({ form }),
    setProtocol: part => commands.change(library => ({ ...library, protocol: { ...library.protocol, ...part } })),
    allow: entry => commands.change(library => withAllowed(library, entry)),
    forbid: prefix => commands.change(library => withoutAllowed(library, prefix)),
    reply: text => commands.reply(text),
    answerMyself: () => commands.answerMyself(),
    retry: () => commands.retry(),
    dismiss: () => commands.dismiss(),
    rewrite: (from, text) => commands.rewrite(from, text),
    exported: () => writeDefinitions(get().definitions),
    imported: json => {
      const read = readDefinitions(json);
      if (read !== null) commands.change(library => withImported(library, read));
      return read === null ? null : read.length;
    },
    openExperiment: experiment => commands.openExperiment(experiment),
  }));
  commands.store = store;
  return { store, dispose: commands.watch() };
}
