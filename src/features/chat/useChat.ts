// The hooks through which components read the conversation.
import { useMemo } from 'react';
import { spelledText } from '../../stores/document/spelled.ts';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { useDocument, useFeature, useGeneration, useModel, useSettings, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { type Tool, toolsStore } from '../shared/tools.ts';
import { MOST_MESSAGE, replyRoom } from './fit.ts';
import { type BranchTurns, shownIn, turnsOf } from './prompts.ts';
import { chatStore } from './store.ts';
import type { ChatStore, ChatStoreState, Turn } from './types.ts';

export function useChat<T>(select: (state: ChatStoreState) => T): T {
  return useFeature(chatStore, select);
}

/** For actions: `useChatStore().getState()`. */
export function useChatStore(): ChatStore {
  return chatStore.of(useStores());
}

/** Commands that may be offered to a model. */
export function useTools(): readonly Tool[] {
  return useFeature(toolsStore, s => s.tools);
}

const NO_TURNS: readonly Turn[] = [];

/** The turns of the text, the reply with them. */
export function useTurns(): readonly Turn[] {
  const shown = useChat(s => s.shown);
  return useMemo(() => (shown === null ? NO_TURNS : turnsOf(shown)), [shown]);
}

/** Something is under way that Stop ends. */
export function useBusy(): boolean {
  const running = useGeneration(s => isRunning(s.status));
  const status = useChat(s => s.status);
  return running || status !== 'idle';
}

const NO_LISTS: readonly BranchTurns[] = [];

/** The turns of all branches; none where there is one branch. */
export function useBranchTurns(): readonly BranchTurns[] {
  const prompts = useChat(s => s.prompts);
  const branches = useDocument(s => s.branches);
  const running = useGeneration(s => isRunning(s.status));
  return useMemo(() => {
    // While a reply grows its text is that of no other branch.
    if (branches.length === 1 || running) return NO_LISTS;
    return branches.map(({ id, tokens }) => {
      const shown = shownIn(prompts, spelledText(tokens));
      return { branch: id, turns: shown === null ? [] : turnsOf(shown) };
    });
  }, [prompts, branches, running]);
}

/** Tokens that begin before `offset`. */
function tokensBefore(starts: ArrayLike<number>, offset: number): number {
  let count = 0;
  while (count < starts.length - 1 && (starts[count] ?? 0) < offset) count++;
  return count;
}

/** Tokens of the parts of the context. */
export interface Budget {
  readonly allowed: number;
  readonly system: number;
  readonly turns: number;
  readonly draft: number;
  readonly reply: number;
}

/** None where it is too long, or the rules of the tokenizer refuse it: what sends it says so. */
function tokensIn(tokenizer: Tokenizer, draft: string): number {
  try {
    return draft === '' || draft.length > MOST_MESSAGE ? 0 : tokenizer.encode(draft).length;
  } catch {
    return 0;
  }
}

export function useBudget(): Budget {
  const tokens = useDocument(s => s.tokens.length);
  const view = useDocument(s => s.view);
  const tokenizer = useDocument(s => s.tokenizer);
  const prompt = useChat(s => s.shown?.prompt ?? null);
  const draft = useChat(s => s.draft);
  const allowed = useModel(tokensAllowed);
  const wanted = useSettings(s => s.settings.max_new_tokens);
  const words = useMemo(() => (tokenizer === null ? 0 : tokensIn(tokenizer, draft)), [tokenizer, draft]);
  const first = prompt?.spans.find(span => span !== null)?.start;
  const system = first === undefined ? 0 : tokensBefore(view.starts, first);
  const all = prompt === null ? 0 : tokens;
  return { allowed, system, turns: all - system, draft: words, reply: allowed === 0 ? 0 : replyRoom(allowed, wanted) };
}
