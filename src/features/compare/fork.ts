// What columns go on from: the document as it was when they began, and where a branch parts from the others that are looked at.
import { sharedTokens } from '../../stores/document/branches.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import type { Column } from './types.ts';

/** What the document was when a run began: columns of all models go on from it. */
export interface Prompt {
  readonly text: string;
  readonly tokens: readonly DocumentToken[];
  readonly fingerprint: string;
  readonly branches: ReadonlyMap<number, readonly DocumentToken[]>;
}

/** Where a branch parts first from another one that is looked at; alone, where its first drawn token is. At least 1: the first token has no row. */
export function forkOf(whole: readonly DocumentToken[], columns: readonly Column[], prompt: Prompt): number {
  const others = columns.flatMap(({ setup }) => {
    const other = prompt.branches.get(setup.branch ?? -1);
    return other === undefined || other === whole ? [] : [sharedTokens(other, whole)];
  });
  const drawn = whole.findIndex(({ origin }) => origin !== 'typed');
  const alone = drawn < 0 ? whole.length - 1 : drawn;
  return Math.max(
    1,
    others.reduce((least, each) => Math.min(least, each), others.length === 0 ? alone : whole.length),
  );
}
