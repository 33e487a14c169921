// Tokens of a row or a map as they stood when it came: what is appended to the text since then draws nothing anew.
import { useMemo } from 'react';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useStores } from '../../stores/react.ts';

/** Rows and maps whose tokens have changed are dropped, so that those of the text are those of `ids`. [T] */
export function useTokensOf(ids: Uint32Array): readonly DocumentToken[] {
  const { document } = useStores();
  return useMemo(() => document.getState().tokens.slice(0, ids.length), [document, ids]);
}
