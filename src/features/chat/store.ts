// The store of conversations: a view of the document, with what a person has drafted and chosen.
import { createStore } from 'zustand/vanilla';
import { limit } from '../../lib/limit.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { databaseRecord } from '../shared/keptRecord.ts';
import { toolsStore } from '../shared/tools.ts';
import { type ChatOptions, Chats } from './chats.ts';
import { keepConversations } from './kept.ts';
import { createRenderer } from './renderer.ts';
import { DEFAULT_SETUP } from './setup.ts';
import type { ChatStore, ChatStoreState } from './types.ts';

/** One a page. */
export const chatStore = defineFeatureStore<ChatStore>(stores => {
  const { render, dispose } = createRenderer((ms, over) => limit(ms, over, stores.work));
  const made = createChatStore({ ...stores, ...stores.work, render, tools: toolsStore.of(stores), today: Date.now });
  const endKeeping = keepConversations(made.store, databaseRecord('nucleus-chat', 'conversations'), stores.work.later);
  return {
    store: made.store,
    dispose: () => {
      endKeeping();
      made.dispose();
      dispose();
    },
  };
});

export function createChatStore(options: ChatOptions): Made<ChatStore> {
  const chats = new Chats(options);
  const store: ChatStore = createStore<ChatStoreState>()(set => ({
    setup: DEFAULT_SETUP,
    prompts: [],
    shown: null,
    draft: '',
    status: 'idle',
    call: null,
    trouble: null,
    plan: null,
    markdown: true,
    uncached: null,
    change: part => chats.change(part),
    setDraft: draft => set({ draft }),
    setMarkdown: markdown => set({ markdown }),
    send: () => chats.send(),
    sendPlanned: () => chats.sendPlanned(),
    summarise: () => chats.summarise(),
    setSummary: summary => chats.setSummary(summary),
    dropPlan: () => chats.dropPlan(),
    stop: () => chats.stop(),
    edit: (index, content) => chats.edit(index, content),
    editSummary: summary => chats.editSummary(summary),
    regenerate: index => chats.regenerate(index),
    goOn: () => chats.goOn(),
    begin: () => chats.begin(),
    answerCall: text => chats.rounds.hear(text),
    answerCallMyself: () => chats.rounds.answerMyself(),
    dropCall: () => chats.rounds.drop(),
    measure: () => chats.measure(),
    dismiss: () => set({ trouble: null }),
    restore: (setup, prompts) => chats.restore(setup, prompts),
  }));
  chats.store = store;
  return { store, dispose: chats.watch() };
}
