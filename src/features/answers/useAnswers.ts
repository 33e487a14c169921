// The hooks through which components read the store of answers.
import { useFeature, useStores } from '../../stores/react.ts';
import { answersStore } from './store.ts';
import type { AnswersStore, AnswersStoreState } from './types.ts';

export function useAnswers<T>(select: (state: AnswersStoreState) => T): T {
  return useFeature(answersStore, select);
}

/** For actions: `useAnswersStore().getState()`. */
export function useAnswersStore(): AnswersStore {
  return answersStore.of(useStores());
}
