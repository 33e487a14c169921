// The person's commands as a conversation offers them to a model: those that are switched on, and who answers. What defines commands fills it in.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Answerer, Told } from '../../stores/document/types.ts';
import { defineFeatureStore } from '../../stores/feature-store.ts';

export const BY_WORDS: Readonly<Record<Answerer, string>> = {
  person: 'a person',
  text: 'a fixed text',
  expression: 'an expression',
  address: 'an address',
};

export interface Tool {
  readonly name: string;
  readonly purpose: string;
  /** It is given a text. */
  readonly takesArgument: boolean;
}

/** One call of a tool. */
export interface ToolCall {
  readonly name: string;
  readonly argument: string;
  /** The text before it. */
  readonly before: string;
  /** Results in the conversation since a person last said something. */
  readonly given: number;
}

export type ToolAnswer =
  | { readonly ok: true; readonly text: string; readonly told: Told }
  | { readonly ok: false; readonly words: string };

export interface Tools {
  readonly tools: readonly Tool[];
  /** By the answerer of the command, within what the person allowed. Rejects when `signal` is aborted. @param ask a person's words */
  readonly answer: (
    call: ToolCall,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<string>,
  ) => Promise<ToolAnswer>;
  /** A person's words as the answer. */
  readonly answerBy: (name: string, text: string) => ToolAnswer;
}

export type ToolsStore = StoreApi<Tools>;

const NOBODY: ToolAnswer = { ok: false, words: 'No command is there yet. Define one under Commands.' };

const NO_TOOLS: Tools = { tools: [], answer: () => Promise.resolve(NOBODY), answerBy: () => NOBODY };

/** One a page. */
export const toolsStore = defineFeatureStore<ToolsStore>(() => ({
  store: createStore<Tools>()(() => NO_TOOLS),
  dispose: () => {},
}));
