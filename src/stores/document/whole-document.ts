// The state of the document and every change of it: ids are the truth, text and offsets a view of them; history, runs, branches.

import { layoutTokens, type TokenLayout, tokenText } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { forked, spreadStats, withTokens } from './branches.ts';
import {
  branchesOfToday,
  type DocumentEdit,
  filledStats,
  findDivergence,
  freshTokens,
  keepNumbers,
  keptTail,
  openingTokens,
  typedTokens,
  withSpecial,
} from './change.ts';
import { History } from './history.ts';
import { type EditedParts, editedParts, pendingOfToday } from './pending.ts';
import { plainToken, shownAfter } from './sequence.ts';
import { caretAt, EMPTY_VIEW, placeAt, shownPlain, shownTokens } from './shown.ts';
import { type Turned, Turns } from './turns.ts';
import type {
  Birth,
  BranchSet,
  ChangeKind,
  DocumentActions,
  DocumentState,
  DocumentStore,
  DocumentToken,
  Pending,
  Selection,
  Snapshot,
  TokenPlace,
} from './types.ts';

export class WholeDocument {
  store!: DocumentStore;
  #history = new History();
  /** A run has been opened; `fresh`: its step of the history is still to be made. */
  #run: 'none' | 'fresh' | 'open' = 'none';
  /** The last change made a step of its own, which a run may join. */
  #joinable = false;
  #layout: TokenLayout = EMPTY_VIEW;
  /** Which model the numbers are of: those of another one do not come back with Undo. */
  #model = 0;
  readonly #now: () => number;
  readonly #soon: (callback: () => void) => void;
  readonly #turns: Turns;
  #turnAsked = false;
  #lastBranch = 0;

  constructor(now: () => number, soon: (callback: () => void) => void) {
    this.#now = now;
    this.#soon = soon;
    this.#turns = new Turns(now);
  }

  /** An id that no branch has had, and the time. */
  readonly birth = (): Birth => {
    this.#lastBranch += 1;
    return { id: this.#lastBranch, began: this.#now() };
  };

  get #state(): DocumentState {
    return this.store.getState();
  }

  edit(start: number, end: number, insert: string, joins = false, around?: DocumentEdit['around']): void {
    const { text, tokenizer } = this.#state;
    const from = Math.max(0, Math.min(start, end, text.length));
    const to = Math.min(text.length, Math.max(start, end, 0));
    if (from === to && insert === '') return;
    const edited = tokenizer === null ? null : this.#edited(tokenizer, { start: from, end: to, insert, around });
    this.#closeRun();
    if (!joins) this.#history.pushEdit(from, to, insert, this.#snapshot());
    if (edited !== null) this.#showTurned(edited, caretAt(edited.caret));
    else this.#setPlain(text.slice(0, from) + insert + text.slice(to), from + insert.length);
  }

  /** Throws where the tokenizer refuses the text, before there is a step of the history. */
  #edited(tokenizer: Tokenizer, { start, end, insert, around }: DocumentEdit): EditedParts {
    const { text, tokens, pending } = this.#state;
    // A text that takes the place of all begins as the tokenizer says.
    const first = start === 0 && end === text.length && insert !== '' ? openingTokens(tokenizer) : [];
    const anew = first.length > 0;
    const layout = anew ? layoutTokens(first.map(({ bytes }) => bytes)) : this.#layout;
    const moved = layout.text.length;
    const edited = editedParts(
      tokenizer,
      anew ? { tokens: first, layout, pending: null } : { tokens, layout, pending },
      anew ? { start: moved, end: moved, insert } : { start, end, insert, around },
    );
    return { ...this.#turned(edited), caret: edited.caret };
  }

  setText(text: string): void {
    const { tokenizer, tokens } = this.#state;
    const made = tokenizer === null ? null : this.#turns.replaced(tokenizer, tokens, text);
    this.#push('replace');
    if (made === null) this.#setPlain(text, text.length);
    else this.#showTurned(made);
  }

  insertSpecial(offset: number, id: number): void {
    this.finish();
    const { tokenizer, tokens } = this.#state;
    if (tokenizer === null || !tokenizer.isSpecial(id)) return;
    const made = withSpecial(tokenizer, tokens, this.#layout, offset, id);
    this.#push('special');
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
    const { tokenizer, branch, tokens } = this.#state;
    if (tokenizer === null) return;
    this.change('choice', set => {
      const chosen = shownAfter(tokenizer, tokens.slice(0, index), [plainToken(tokenizer, id, 'chosen')]);
      return forked(set, branch, index, chosen, this.birth);
    });
  }

  cut(index: number, kind: ChangeKind): void {
    this.finish();
    const { tokens, branch } = this.#state;
    if (index < tokens.length) this.change(kind, set => forked(set, branch, index, [], this.birth));
  }

  force(place: TokenPlace, text: string): void {
    this.finish();
    const { tokenizer, branch, tokens } = this.#state;
    if (tokenizer === null || text === '') return;
    const index = place === 'end' ? tokens.length : place;
    const typed = typedTokens(tokenizer, text, { ...tokenizer.placeBetween(tokens, index, index), right: 'end' });
    this.change('force', set => forked(set, branch, index, typed, this.birth));
  }

  graft(id: number, index: number, added: readonly number[]): void {
    const { tokenizer } = this.#state;
    if (tokenizer === null || added.length === 0) return;
    const tokens = added.map(each => plainToken(tokenizer, each, 'chosen'));
    this.change('grown', set => forked(set, id, index, tokens, this.birth));
  }

  /** A step of the history that changes the set of branches; null changes nothing. */
  change(kind: ChangeKind, make: (set: BranchSet) => BranchSet | null): void {
    this.finish();
    const set = make(this.#state);
    if (set === null) return;
    this.#push(kind);
    this.#setBranches(set);
  }

  beginRun(join: boolean): void {
    this.#run = join && this.#joinable ? 'open' : 'fresh';
  }

  appendDrawn(drawn: readonly DocumentToken[]): void {
    if (drawn.length === 0) return;
    this.finish();
    this.#append(drawn);
  }

  appendTyped(bytes: Uint8Array): void {
    const { tokenizer, tokens } = this.#state;
    if (tokenizer === null || bytes.length === 0) return;
    this.finish();
    const place = tokenizer.placeBetween(tokens, tokens.length, tokens.length);
    this.#append(typedTokens(tokenizer, tokenText(bytes), place));
  }

  keepTail(count: number): void {
    this.finish();
    const { tokens, tokenizer } = this.#state;
    if (tokenizer === null || count >= tokens.length) return;
    this.#push('keep_tail');
    this.#setTokens(keptTail(tokenizer, tokens, this.#layout, count));
  }

  retokenise(): void {
    this.finish();
    const { tokenizer, tokens, selection } = this.#state;
    if (tokenizer === null) return;
    const fresh = keepNumbers(tokens, freshTokens(tokenizer, tokens));
    this.#push('retokenise');
    this.#setTokens(fresh, selection);
  }

  respell(make: (tokens: readonly DocumentToken[]) => readonly DocumentToken[]): void {
    this.#setTokens(make(this.#state.tokens), this.#state.selection);
  }

  checkDivergence(): void {
    const { tokenizer, tokens, divergence, pending } = this.#state;
    const found = tokenizer === null || pending !== null ? null : findDivergence(tokenizer, tokens);
    if (found?.from !== divergence?.from || found?.to !== divergence?.to) this.store.setState({ divergence: found });
  }

  undo(): void {
    this.#restore(this.#history.undo(this.#snapshot()));
  }

  redo(): void {
    this.#restore(this.#history.redo(this.#snapshot()));
  }

  fillStats: DocumentActions['fillStats'] = (ids, from, stats) => {
    const { tokens, branches, branch } = this.#state;
    const filled = filledStats(tokens, ids, from, stats);
    if (filled !== null) this.store.setState({ tokens: filled, branches: spreadStats(branches, branch, filled) });
  };

  setTokenizer: DocumentActions['setTokenizer'] = (tokenizer, sameModel) => {
    this.finish();
    const { tokenizer: before, text, selection, branches } = this.#state;
    // Both may throw, and then nothing has changed.
    const typed = before === null ? this.#turns.begin(tokenizer, text) : null;
    const today = before === null ? branches : branchesOfToday(branches, tokenizer, before, sameModel);
    if (sameModel === 'rounded') this.#history.round(tokenizer);
    else if (!sameModel) this.#model += 1;
    this.store.setState({ tokenizer });
    if (typed !== null) this.#showTurned(typed, selection);
    else if (today !== branches) this.#setAll(today, selection);
  };

  leave: DocumentActions['leave'] = () => {
    const { steps } = this.#history;
    this.#history = new History();
    return { ...steps, lastBranch: this.#lastBranch };
  };

  restore: DocumentActions['restore'] = ({ text, tokens, selection, set, history }) => {
    this.#history = new History(history);
    this.#closeRun();
    const only = { branches: [{ id: 1, began: this.#now(), name: '', tokens }], branch: 1 };
    const kept = { ...(tokens.length > 0 && set ? set : only), forgotten: null };
    this.#lastBranch = kept.branches.reduce((most, { id }) => Math.max(most, id), history?.lastBranch ?? 1);
    if (tokens.length > 0) return this.#setBranches(kept, selection);
    this.store.setState(kept);
    this.#setPlainOrTyped(text, selection);
  };

  #setPlainOrTyped(text: string, selection: Selection): void {
    const { tokenizer } = this.#state;
    if (tokenizer !== null) this.#setTyped(tokenizer, text, selection);
    else {
      this.#setPlain(text, text.length);
      this.select(selection.start, selection.end, selection.focus);
    }
  }

  /** A run in the text: the caret goes along when it stood at the end. */
  #append(added: readonly DocumentToken[]): void {
    const { tokens, text, selection, tokenizer } = this.#state;
    if (this.#run !== 'open') this.#history.push('run', this.#snapshot());
    this.#run = 'open';
    const atEnd = selection.end === text.length && selection.start === selection.end;
    this.#setTokens(tokens.concat(shownAfter(tokenizer, tokens, added)), atEnd ? undefined : selection);
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
    const { branches, branch, pending, text, selection, tokenizer } = this.#state;
    const plain = tokenizer === null ? text : '';
    const { fingerprint, opening } = tokenizer ?? { fingerprint: '', opening: [] };
    return { branches, branch, pending, text: plain, selection, fingerprint, opening, model: this.#model };
  }

  /** A state of the past; one of another vocabulary comes back as the same text in today's. */
  #restore(snapshot: Snapshot | null): void {
    if (snapshot === null) return;
    this.#closeRun();
    const { tokenizer } = this.#state;
    const { branches, branch, text, selection } = snapshot;
    if (tokenizer === null) {
      this.#setPlain(text, selection.end);
      this.select(selection.start, selection.end, selection.focus);
      return;
    }
    const today = branchesOfToday(branches, tokenizer, snapshot, snapshot.model === this.#model);
    const pending = pendingOfToday(snapshot.pending, snapshot.fingerprint === tokenizer.fingerprint);
    this.#setBranches({ branches: today, branch, forgotten: null }, selection, pending);
    // Typed before there was a tokenizer.
    if (snapshot.fingerprint === '') this.#setTyped(tokenizer, text, selection);
  }

  #setPlain(text: string, caret: number): void {
    this.#layout = EMPTY_VIEW;
    this.store.setState(state => ({
      ...shownPlain(text, caret),
      revision: state.revision + 1,
      branches: withTokens(state.branches, state.branch, []),
      ...this.#steps(),
    }));
  }

  #setTyped(tokenizer: Tokenizer, text: string, selection?: Selection): void {
    this.#showTurned(this.#turns.begin(tokenizer, text), selection);
  }

  /** The beginning of the text and what follows it, after one turn more, or after all of them. */
  #turned({ tokens, pending }: Turned, all = false): Turned {
    const { tokenizer } = this.#state;
    const still = pending === null || tokenizer === null;
    return still ? { tokens, pending } : this.#turns.turn(tokenizer, tokens, pending, all);
  }

  #showTurned({ tokens, pending }: Turned, selection?: Selection): void {
    const { branches, branch, forgotten } = this.#state;
    this.#show({ branches: withTokens(branches, branch, tokens), branch, forgotten }, selection, pending);
  }

  finish(): void {
    const { tokens, pending, selection } = this.#state;
    if (pending !== null) this.#showTurned(this.#turned({ tokens, pending }, true), selection);
  }

  #askTurn(): void {
    if (this.#turnAsked) return;
    this.#turnAsked = true;
    this.#soon(() => {
      this.#turnAsked = false;
      const { tokens, pending, selection } = this.#state;
      if (pending !== null) this.#showTurned(this.#turned({ tokens, pending }), selection);
    });
  }

  /** The new truth of the active branch; without a selection the caret goes to the end. */
  #setTokens(tokens: readonly DocumentToken[], selection?: Selection): void {
    const { branches, branch } = this.#state;
    this.#setAll(withTokens(branches, branch, tokens), selection);
  }

  #setAll(branches: BranchSet['branches'], selection?: Selection): void {
    const { branch, forgotten } = this.#state;
    this.#show({ branches, branch, forgotten }, selection);
  }

  /** Another set of branches; where the active one has the same tokens as before, text and caret stay. */
  #setBranches(set: BranchSet, selection?: Selection, pending: Pending | null = null): void {
    const { branch, branches, forgotten } = set;
    const { tokens: before, pending: rest } = this.#state;
    const same = rest === pending && branches.some(({ id, tokens }) => id === branch && tokens === before);
    if (same) this.store.setState({ branches, branch, forgotten, ...this.#steps() });
    else this.#show(set, selection, pending);
  }

  #show({ branches, branch, forgotten }: BranchSet, selection?: Selection, pending: Pending | null = null): void {
    const tokens = branches.find(({ id }) => id === branch)?.tokens ?? [];
    const before = { tokens: this.#state.tokens, layout: this.#layout };
    const shown = shownTokens(tokens, pending, this.#state.tokenizer, before, selection);
    this.#layout = shown.view;
    if (pending !== null) this.#askTurn();
    this.store.setState(state => ({
      ...shown,
      revision: state.revision + 1,
      branches,
      branch,
      forgotten,
      ...this.#steps(),
    }));
  }

  #steps(): Pick<DocumentState, 'canUndo' | 'canRedo'> {
    return { canUndo: this.#history.canUndo, canRedo: this.#history.canRedo };
  }
}
