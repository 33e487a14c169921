// The store of the document, and its actions.
import { createStore } from 'zustand/vanilla';
import { withoutEnd } from '../../lib/without-end.ts';
import { removed, renamed, rewritten, switched } from './branches.ts';
import { respelled } from './change.ts';
import { shownPlain } from './shown.ts';
import type { DocumentActions, DocumentStore, DocumentStoreState } from './types.ts';
import { WholeDocument } from './whole-document.ts';

/**
 * @param now milliseconds since 1970
 * @param soon calls back once what the page has to do meanwhile is done
 */
export function createDocumentStore(
  text = '',
  now: () => number = Date.now,
  soon: (callback: () => void) => void = callback => void setTimeout(callback),
): DocumentStore {
  const document = new WholeDocument(now, soon);
  const store: DocumentStore = createStore<DocumentStoreState>()(() => ({
    ...shownPlain(text, text.length),
    tokenizer: null,
    revision: 0,
    canUndo: null,
    canRedo: null,
    branches: [{ ...document.birth(), name: '', tokens: [] }],
    branch: 1,
    forgotten: null,
    ...actionsOf(document),
  }));
  document.store = store;
  return store;
}

function actionsOf(document: WholeDocument): DocumentActions {
  return {
    edit: (start, end, insert, joins, around) => document.edit(start, end, insert, joins, around),
    setText: text => document.setText(text),
    insertSpecial: (offset, id) => document.insertSpecial(offset, id),
    select: (start, end, focus) => document.select(start, end, focus),
    selectToken: place => document.selectToken(place),
    choose: (index, id) => document.choose(index, id),
    cut: (index, kind) => document.cut(index, kind),
    force: (place, text) => document.force(place, text),
    graft: (id, index, added) => document.graft(id, index, added),
    rewrite: (index, added, aside, kind = 'chat') =>
      document.change(kind, set => rewritten(set, index, added, aside, document.birth)),
    branchOff: (kind, make) => document.change(kind, () => make(document.store.getState(), document.birth)),
    switchBranch: id => document.change('switch', set => switched(set, id)),
    renameBranch: (id, name) => document.change('rename', set => renamed(set, id, name)),
    removeBranch: id => document.change('remove', set => removed(set, id)),
    beginRun: join => document.beginRun(join ?? false),
    appendDrawn: tokens => document.appendDrawn(tokens),
    appendTyped: bytes => document.appendTyped(bytes),
    keepTail: count => document.keepTail(count),
    trimEnd: () => {
      const { text } = document.store.getState();
      document.edit(withoutEnd(text, ' ').length, text.length, '');
    },
    respell: (from, to, added) => document.respell(tokens => respelled(tokens, from, to, added)),
    retokenise: () => document.retokenise(),
    checkDivergence: () => document.checkDivergence(),
    finish: () => document.finish(),
    undo: () => document.undo(),
    redo: () => document.redo(),
    fillStats: (ids, from, stats) => document.fillStats(ids, from, stats),
    setTokenizer: (tokenizer, sameModel) => document.setTokenizer(tokenizer, sameModel),
    leave: () => document.leave(),
    restore: kept => document.restore(kept),
  };
}
