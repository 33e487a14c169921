// The list of documents as it stands in the store, anew with every change, and which of them a search finds.
import { useEffect, useState } from 'react';
import { useDocuments } from '../../stores/react.ts';
import type { ListedDocument } from '../../stores/saved/documents.ts';
import { titleOf } from '../../stores/saved/title.ts';

/** Null while it is read for the first time; 'failed' where the browser does not give it. */
export function useListed(): readonly ListedDocument[] | 'failed' | null {
  const acts = useDocuments(s => s.acts);
  const turn = useDocuments(s => s.turn);
  const [listed, setListed] = useState<readonly ListedDocument[] | 'failed' | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every turn is another list.
  useEffect(() => {
    let wanted = true;
    acts?.list().then(
      list => wanted && setListed(list),
      () => wanted && setListed('failed'),
    );
    return () => {
      wanted = false;
    };
  }, [acts, turn]);
  return listed;
}

/** Those whose title, first words or any text has the query; `searching` while texts are still looked through. */
export function useFound(
  listed: readonly ListedDocument[],
  query: string,
): { readonly found: readonly ListedDocument[]; readonly searching: boolean } {
  const acts = useDocuments(s => s.acts);
  const [inTexts, setInTexts] = useState<{ readonly query: string; readonly ids: ReadonlySet<string> } | null>(null);
  const wanted = query.trim().toLocaleLowerCase();
  useEffect(() => {
    if (wanted === '' || acts === null) return;
    const abort = new AbortController();
    const ids = listed.filter(({ readable }) => readable).map(({ id }) => id);
    acts.find(ids, wanted, abort.signal).then(
      all => abort.signal.aborted || setInTexts({ query: wanted, ids: all }),
      // Titles and first words are found without the store.
      () => abort.signal.aborted || setInTexts({ query: wanted, ids: new Set() }),
    );
    return () => abort.abort();
  }, [acts, listed, wanted]);
  if (wanted === '') return { found: listed, searching: false };
  const known = inTexts?.query === wanted ? inTexts.ids : null;
  const found = listed.filter(
    ({ id, title, words }) => titleOf(title, words).toLocaleLowerCase().includes(wanted) || known?.has(id),
  );
  return { found, searching: known === null };
}
