// The document: token ids are the truth, text and offsets a view of them; caret, selected token, undo and redo.
import { createStore } from 'zustand/vanilla';
import { endsInSpace } from '../tokenizer/ends-in-space.ts';
import { layoutTokens, type TokenLayout, tokenAt, tokenText } from '../tokenizer/text.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import {
  editedTokens,
  findDivergence,
  freshTokens,
  keepNumbers,
  translateTokens,
  typedTokens,
  withoutNumbers,
  withSpecial,
} from './document-change.ts';
import type {
  ChangeKind,
  DocumentActions,
  DocumentState,
  DocumentStoreState,
  DocumentToken,
  Selection,
  TokenPlace,
} from './document-types.ts';
import { History, type Snapshot } from './history.ts';
import { plainToken } from './sequence.ts';
import type { DocumentStore } from './stores-types.ts';

const EMPTY_VIEW: TokenLayout = layoutTokens([]);

const EMPTY: DocumentState = {
  tokens: [],
  text: '',
  view: EMPTY_VIEW,
  selection: caretAt(0),
  selected: 'end',
  tokenizer: null,
  revision: 0,
  divergence: null,
  endsInSpace: false,
  canUndo: null,
  canRedo: null,
};

export function createDocumentStore(text = ''): DocumentStore {
  const document = new Document();
  const store: DocumentStore = createStore<DocumentStoreState>()(() => ({
    ...EMPTY,
    text,
    selection: caretAt(text.length),
    ...actionsOf(document),
  }));
  document.store = store;
  return store;
}

function actionsOf(document: Document): DocumentActions {
  return {
    edit: (start, end, insert) => document.edit(start, end, insert),
    setText: text => document.setText(text),
    insertSpecial: (offset, id) => document.insertSpecial(offset, id),
    select: (start, end, focus) => document.select(start, end, focus),
    selectToken: place => document.selectToken(place),
    choose: (index, id) => document.choose(index, id),
    cut: (index, kind) => document.cut(index, kind),
    beginRun: join => document.beginRun(join ?? false),
    appendDrawn: tokens => document.appendDrawn(tokens),
    appendTyped: bytes => document.appendTyped(bytes),
    keepTail: count => document.keepTail(count),
    trimEnd: () => document.trimEnd(),
    retokenise: () => document.retokenise(),
    checkDivergence: () => document.checkDivergence(),
    undo: () => document.undo(),
    redo: () => document.redo(),
    fillStats: (ids, from, stats) => document.fillStats(ids, from, stats),
    setTokenizer: (tokenizer, sameModel) => document.setTokenizer(tokenizer, sameModel),
    restore: kept => document.restore(kept),
  };
}

function caretAt(offset: number): Selection {
  return { start: offset, end: offset, focus: 'end' };
}

class Document {
  store!: DocumentStore;
  readonly #history = new History();
  /** A run has been opened; `fresh`: its step of the history is still to be made. */
  #run: 'none' | 'fresh' | 'open' = 'none';
  /** The last change made a step of its own, which a run may join. */
  #joinable = false;
  #layout: TokenLayout = EMPTY_VIEW;
  /** Which model the numbers are of: those of another one do not come back with Undo. */
  #model = 0;

  get #state(): DocumentState {
    return this.store.getState();
  }

  edit(start: number, end: number, insert: string): void {
    const { text, tokenizer, tokens } = this.#state;
    const from = Math.max(0, Math.min(start, end, text.length));
    const to = Math.min(text.length, Math.max(start, end, 0));
    if (from === to && insert === '') return;
    const before = this.#snapshot();
    this.#closeRun();
    this.#history.pushEdit(from, to, insert, before);
    if (tokenizer === null) {
      this.#setPlain(text.slice(0, from) + insert + text.slice(to), from + insert.length);
      return;
    }
    const edited = editedTokens(tokenizer, tokens, this.#layout, { start: from, end: to, insert });
    this.#setTokens(edited.tokens, caretAt(edited.caret));
  }

  setText(text: string): void {
    this.#push('replace');
    const { tokenizer, tokens } = this.#state;
    if (tokenizer === null) this.#setPlain(text, text.length);
    else this.#setTokens(keepNumbers(tokens, typedTokens(tokenizer, text)));
  }

  insertSpecial(offset: number, id: number): void {
    const { tokenizer, tokens } = this.#state;
    if (tokenizer === null || !tokenizer.isSpecial(id)) return;
    this.#push('special');
    const made = withSpecial(tokenizer, tokens, this.#layout, offset, id);
    this.#setTokens(made.tokens, caretAt(made.caret));
  }

  select(start: number, end: number, focus: 'start' | 'end' = 'end'): void {
    const { text, selection, selected, tokens } = this.#state;
    const most = text.length;
    const low = Math.max(0, Math.min(start, end, most));
    const high = Math.max(0, Math.min(most, Math.max(start, end)));
    if (selection.start === low && selection.end === high && selection.focus === focus) return;
    this.#history.rest(focus === 'start' ? low : high);
    const place = placeAt(this.#layout, tokens.length, low === high ? low : focus === 'start' ? low : high - 1);
    this.store.setState({
      selection: { start: low, end: high, focus },
      ...(place === selected ? {} : { selected: place }),
    });
  }

  selectToken(place: TokenPlace): void {
    const { tokens, view, text } = this.#state;
    const index = place === 'end' ? tokens.length : Math.max(0, Math.min(place, tokens.length));
    const selected: TokenPlace = index === tokens.length ? 'end' : index;
    const offset = view.starts[index] ?? text.length;
    this.#history.rest(offset);
    this.store.setState({ selected, selection: caretAt(selected === 'end' ? text.length : offset) });
  }

  choose(index: number, id: number): void {
    const { tokenizer, tokens } = this.#state;
    if (tokenizer === null || index < 0 || index > tokens.length) return;
    this.#push('choice');
    this.#setTokens([...tokens.slice(0, index), plainToken(tokenizer, id, 'chosen')]);
  }

  cut(index: number, kind: ChangeKind): void {
    const { tokens } = this.#state;
    if (index < 0 || index >= tokens.length) return;
    this.#push(kind);
    this.#setTokens(tokens.slice(0, index));
  }

  beginRun(join: boolean): void {
    this.#run = join && this.#joinable ? 'open' : 'fresh';
  }

  appendDrawn(drawn: readonly DocumentToken[]): void {
    if (drawn.length === 0) return;
    this.#append(drawn);
  }

  appendTyped(bytes: Uint8Array): void {
    const { tokenizer } = this.#state;
    if (tokenizer === null || bytes.length === 0) return;
    this.#append(typedTokens(tokenizer, tokenText(bytes)));
  }

  keepTail(count: number): void {
    const { tokens } = this.#state;
    if (count >= tokens.length) return;
    this.#push('keep_tail');
    this.#setTokens(count <= 0 ? [] : tokens.slice(-count).map(withoutNumbers));
  }

  trimEnd(): void {
    const { text } = this.#state;
    const length = text.replace(/ +$/, '').length;
    if (length < text.length) this.edit(length, text.length, '');
  }

  retokenise(): void {
    const { tokenizer, tokens, selection } = this.#state;
    if (tokenizer === null) return;
    this.#push('retokenise');
    this.#setTokens(keepNumbers(tokens, freshTokens(tokenizer, tokens)), selection);
  }

  checkDivergence(): void {
    const { tokenizer, tokens, divergence } = this.#state;
    const found = tokenizer === null ? null : findDivergence(tokenizer, tokens);
    if (found?.from !== divergence?.from || found?.to !== divergence?.to) this.store.setState({ divergence: found });
  }

  undo(): void {
    this.#restore(this.#history.undo(this.#snapshot()));
  }

  redo(): void {
    this.#restore(this.#history.redo(this.#snapshot()));
  }

  fillStats: DocumentActions['fillStats'] = (ids, from, stats) => {
    const { tokens } = this.#state;
    const end = from + stats.length;
    if (end > tokens.length || end > ids.length) return;
    for (let i = 0; i < end; i++) if (tokens[i]?.id !== ids[i]) return;
    const filled = tokens.map((token, i) => {
      const found = stats[i - from];
      return found === undefined || token.stats !== undefined ? token : { ...token, stats: found };
    });
    this.store.setState({ tokens: filled });
  };

  setTokenizer(tokenizer: Tokenizer, sameModel: boolean): void {
    const { tokenizer: before, tokens, text, selection } = this.#state;
    if (!sameModel) this.#model += 1;
    if (before === null) {
      this.store.setState({ tokenizer });
      this.#setTokens(typedTokens(tokenizer, text), selection);
    } else if (before.fingerprint !== tokenizer.fingerprint) {
      this.store.setState({ tokenizer });
      this.#setTokens(translateTokens(tokenizer, tokens), selection);
    } else {
      this.store.setState({ tokenizer });
      // The same vocabulary: ids stay, but what another model thought of them goes.
      if (!sameModel) this.#setTokens(tokens.map(withoutNumbers), selection);
    }
  }

  restore: DocumentActions['restore'] = ({ text, tokens, selection }) => {
    this.#history.clear();
    this.#closeRun();
    if (tokens.length === 0) this.#setPlainOrTyped(text, selection);
    else this.#setTokens(tokens, selection);
  };

  #setPlainOrTyped(text: string, selection: Selection): void {
    const { tokenizer } = this.#state;
    if (tokenizer !== null) this.#setTokens(typedTokens(tokenizer, text), selection);
    else {
      this.#setPlain(text, text.length);
      this.select(selection.start, selection.end, selection.focus);
    }
  }

  /** A run in the text: the caret goes along when it stood at the end. */
  #append(added: readonly DocumentToken[]): void {
    const { tokens, text, selection } = this.#state;
    if (this.#run !== 'open') this.#history.push('run', this.#snapshot());
    this.#run = 'open';
    const atEnd = selection.end === text.length && selection.start === selection.end;
    this.#setTokens([...tokens, ...added], atEnd ? undefined : selection);
  }

  #closeRun(): void {
    this.#run = 'none';
    this.#joinable = false;
  }

  #push(kind: ChangeKind): void {
    this.#closeRun();
    this.#history.push(kind, this.#snapshot());
    this.#joinable = true;
  }

  #snapshot(): Snapshot {
    const { tokens, text, selection, tokenizer } = this.#state;
    return { tokens, text, selection, fingerprint: tokenizer?.fingerprint ?? '', model: this.#model };
  }

  /** A state of the past; one of another vocabulary comes back as the same text in today's. */
  #restore(snapshot: Snapshot | null): void {
    if (snapshot === null) return;
    this.#closeRun();
    const { tokenizer } = this.#state;
    if (tokenizer === null) {
      this.#setPlain(snapshot.text, snapshot.selection.end);
      this.select(snapshot.selection.start, snapshot.selection.end, snapshot.selection.focus);
    } else if (snapshot.fingerprint === tokenizer.fingerprint) {
      const ofModel = snapshot.model === this.#model;
      this.#setTokens(ofModel ? snapshot.tokens : snapshot.tokens.map(withoutNumbers), snapshot.selection);
    } else if (snapshot.tokens.length > 0) {
      this.#setTokens(translateTokens(tokenizer, snapshot.tokens), snapshot.selection);
    } else this.#setTokens(typedTokens(tokenizer, snapshot.text), snapshot.selection);
  }

  #setPlain(text: string, caret: number): void {
    this.#layout = EMPTY_VIEW;
    this.store.setState(state => ({
      tokens: [],
      text,
      view: EMPTY_VIEW,
      selection: caretAt(caret),
      selected: 'end',
      revision: state.revision + 1,
      divergence: null,
      endsInSpace: false,
      ...this.#steps(),
    }));
  }

  /** The new truth; without a selection the caret goes to the end. */
  #setTokens(tokens: readonly DocumentToken[], selection?: Selection): void {
    const view = layoutTokens(tokens.map(token => token.bytes));
    this.#layout = view;
    const { text } = view;
    const wanted = selection ?? caretAt(text.length);
    const end = Math.min(wanted.end, text.length);
    const start = Math.min(wanted.start, end);
    this.store.setState(state => ({
      tokens,
      text,
      view,
      selection: { start, end, focus: wanted.focus },
      selected: placeAt(view, tokens.length, start === end || wanted.focus === 'start' ? start : end - 1),
      revision: state.revision + 1,
      divergence: null,
      endsInSpace: state.tokenizer !== null && endsInSpace(text, state.tokenizer) && tokens.at(-1)?.special !== true,
      ...this.#steps(),
    }));
  }

  #steps(): Pick<DocumentState, 'canUndo' | 'canRedo'> {
    return { canUndo: this.#history.canUndo, canRedo: this.#history.canRedo };
  }
}

function placeAt(view: TokenLayout, count: number, offset: number): TokenPlace {
  const index = tokenAt(view, offset);
  return index >= count ? 'end' : index;
}
