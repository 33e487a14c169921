// Test support: what a person does with the documents of a page, and how their list reads.
import { type Page, text } from '../../../e2e/support/scripted-page.ts';
import type { DocumentActs, ListedDocument } from './documents.ts';
import { titleOf } from './title.ts';

export function acts(page: Page): DocumentActs {
  const { acts: here } = page.documents.getState();
  if (here === null) throw new Error('nothing has been read');
  return here;
}

/** The file of these, which the browser gives. */
export async function exported(page: Page, ids: readonly string[] | 'all'): Promise<string> {
  const json = await acts(page).exported(ids);
  if (json === null) throw new Error('the browser does not give them');
  return json;
}

export const list = (page: Page): Promise<readonly ListedDocument[]> => acts(page).list();

export const titles = async (page: Page): Promise<string[]> =>
  (await list(page)).map(({ title, words }) => titleOf(title, words)).sort();

/** Behind the end of the text. */
export const type = (page: Page, added: string): void =>
  page.document.getState().edit(text(page).length, text(page).length, added);
