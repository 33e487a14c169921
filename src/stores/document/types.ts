// The document as data: tokens are the truth, text and offsets are a view of them. State and actions of its store.

import type { StoreApi } from 'zustand/vanilla';
import type { ModelIdentity } from '../../lib/model-source.ts';
import type { Stretch } from '../../lib/text-change.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/** How a token came into the text: typed by a person, drawn by the sampler, picked from the candidates, or from outside as the answer to a command. */
export type TokenOrigin = 'typed' | 'drawn' | 'chosen' | 'external';

/** Who can answer a command: the person, a fixed text, an expression, an address that is fetched. */
export const ANSWERERS = ['person', 'text', 'expression', 'address'] as const;
export type Answerer = (typeof ANSWERERS)[number];

/** The command that an external token answers, as it was when it answered. Tokens of one answer share the object. */
export interface Told {
  readonly command: string;
  /** What the command is for. */
  readonly purpose: string;
  readonly by: Answerer;
  /** The fixed text, the expression or the address; '' where a person answered. */
  readonly source: string;
  /** Of an address: which part of the JSON behind it. */
  readonly path: string;
  /** Milliseconds until the answer was there. */
  readonly ms: number;
  /** When it came, milliseconds since 1970. */
  readonly at: number;
}

/** What a draw was made with. */
export interface Draw {
  readonly settings: GenerationSettings;
  readonly seed: number;
  /** The random number of the draw, in [0, 1). */
  readonly u: number;
  /** Probability of the token after all sampling steps. */
  readonly pAfter: number;
  /** True once text before the token or the model has changed: the distribution of the draw cannot be made again. */
  readonly outdated: boolean;
  /** The model that drew it; null where nobody said. Draws of one run share the object. */
  readonly model: ModelIdentity | null;
  /** When its run began, milliseconds since 1970; absent where nobody said. */
  readonly at?: number;
}

/** What the model thinks of a token where it stands. Before sampling; nats. */
export interface TokenStats {
  readonly logprob: number;
  /** 1 is the likeliest. */
  readonly rank: number;
  readonly entropy: number;
  readonly logZ: number;
}

/** The likeliest tokens at the place of a token, before sampling, by falling logit. */
export interface TopCandidates {
  readonly ids: Uint32Array;
  readonly logits: Float32Array;
}

export interface DocumentToken {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** A token of the model's own alphabet such as `<|endoftext|>`: shown as a chip, edited as a whole. */
  readonly special: boolean;
  readonly origin: TokenOrigin;
  readonly draw?: Draw;
  /** Of an external token. */
  readonly told?: Told;
  readonly stats?: TokenStats;
  readonly top?: TopCandidates;
}

/** One continuation: a whole sequence of tokens. Branches that begin alike share the objects of those tokens. */
export interface Branch {
  readonly id: number;
  /** Given by a person; '' until then. */
  readonly name: string;
  readonly tokens: readonly DocumentToken[];
  /** When it began, milliseconds since 1970. */
  readonly began: number;
}

/** What a new branch is given. */
export interface Birth {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly began: number;
}

export interface BranchSet {
  /** In the order in which they began; never empty. */
  readonly branches: readonly Branch[];
  /** Id of the active one: its tokens are those of the document. */
  readonly branch: number;
  /** What the branch was called that had to make room for the last new one; null when none had to. */
  readonly forgotten: string | null;
}

/** Offsets in UTF-16 units. `start <= end`; the caret stands at `focus`, one of the two. */
export interface Selection {
  readonly start: number;
  readonly end: number;
  readonly focus: 'start' | 'end';
}

/** A token by its index, or the place after the last one: what would come next. */
export type TokenPlace = number | 'end';

/** Text and borders of the tokens. Token i covers `[starts[i], starts[i + 1])`; `starts` has one entry more than tokens. */
export interface TextView {
  readonly text: string;
  readonly starts: ArrayLike<number>;
}

/** Within tokens `[from, to)` ids are not those of a fresh tokenisation of the text. */
export interface Divergence {
  readonly from: number;
  readonly to: number;
}

/** What made a step of the history: words for the undo button. */
export type ChangeKind =
  | 'typing'
  | 'deleting'
  | 'edit'
  | 'run'
  | 'choice'
  | 'special'
  | 'retokenise'
  | 'keep_tail'
  | 'replace'
  | 'switch'
  | 'force'
  | 'grown'
  | 'answers'
  | 'rename'
  | 'remove'
  | 'chat'
  | 'answer';

/** What follows the tokens while a long text gets them: its text, and tokens that stand behind it as they were. */
export interface Pending {
  readonly text: string;
  readonly tail: readonly DocumentToken[];
  readonly tailText: string;
}

export interface DocumentState extends BranchSet {
  /** Of the whole text, or of its beginning while the rest is pending. */
  readonly tokens: readonly DocumentToken[];
  /** The rest of the text, which is to get tokens; null when all of it has them. */
  readonly pending: Pending | null;
  /** The whole text; special tokens stand in it with their literal spelling. Also right while there is no tokenizer. */
  readonly text: string;
  /** Text and borders of the tokens. */
  readonly view: TextView;
  readonly selection: Selection;
  /** The token at the caret. */
  readonly selected: TokenPlace;
  /** Null until the first model is there; text is then kept plain and `tokens` is empty. */
  readonly tokenizer: Tokenizer | null;
  /** Grows by one with every change of tokens or text (not with numbers that arrive for tokens already there). */
  readonly revision: number;
  /** Where the ids differ from a fresh tokenisation of the text, found when the text rests; null when they agree. */
  readonly divergence: Divergence | null;
  /** The text ends in a space that belongs to the next token: offer `trimEnd`. */
  readonly endsInSpace: boolean;
  /** What Undo and Redo would take back or do again; null when there is nothing. */
  readonly canUndo: ChangeKind | null;
  readonly canRedo: ChangeKind | null;
}

/** `rounded`: the same weights, whose numbers had been rounded before and are not now. */
export type SameModel = boolean | 'rounded';

export interface DocumentActions {
  /**
   * Puts `insert` in place of [start, end), UTF-16 units. Only the span and its typed neighbours get new ids. `joins`: it goes on with the last
   * edit, as one step of the history. `around`: it was found by comparing texts, and letters beside it that are the same may have been written anew as
   * far as there, which counts where it begins or ends within a special token.
   */
  edit(start: number, end: number, insert: string, joins?: boolean, around?: Stretch): void;
  /** The whole text anew, all of it typed. */
  setText(text: string): void;
  insertSpecial(offset: number, id: number): void;
  select(start: number, end: number, focus?: 'start' | 'end'): void;
  /** Selects a token and puts the caret before it; 'end' puts the caret at the end. */
  selectToken(place: TokenPlace): void;
  /**
   * Goes on from token `index` with `id` as chosen, on a branch of its own; what stood there stays behind as another branch. Undo brings all
   * of it back with its numbers.
   */
  choose(index: number, id: number): void;
  /** Goes on from before token `index`, on a branch of its own. */
  cut(index: number, kind: ChangeKind): void;
  /** Goes on from `place` with `text` as typed, on a branch of its own; from the end of all of the text on the same one. */
  force(place: TokenPlace, text: string): void;
  /** Goes on from token `index` of branch `id` with `added`, a grown path, on a branch of its own. */
  graft(id: number, index: number, added: readonly number[]): void;
  /** Token `index` and all behind it give way to `added`: in place, or on a branch of its own where `aside`. A turn of a conversation unless `kind` says else. */
  rewrite(index: number, added: readonly DocumentToken[], aside: boolean, kind?: ChangeKind): void;
  /** Takes the branches that `make` makes of what is here, as `answered.ts` and `caret.ts` do; null changes nothing. */
  branchOff(kind: ChangeKind, make: (state: DocumentState, birth: () => Birth) => BranchSet | null): void;
  /** Makes another branch the active one: its tokens, numbers and draws, with the caret at its end. */
  switchBranch(id: number): void;
  renameBranch(id: number, name: string): void;
  /** The last one cannot be removed. */
  removeBranch(id: number): void;
  /** Opens one step of the history for a run; `join` lets the run belong to the step just made (choice, first token). */
  beginRun(join?: boolean): void;
  appendDrawn(tokens: readonly DocumentToken[]): void;
  /** Bytes as one typed piece at the end, without a step of its own. */
  appendTyped(bytes: Uint8Array): void;
  /** Keeps `count` tokens at most, the last ones behind those that texts begin with: the cut comes at the next word, as far as one is near. */
  keepTail(count: number): void;
  /** Removes the spaces at the end. */
  trimEnd(): void;
  /** Typed tokens `[from, to)` have other ids for the same text. No step of the history: nothing that a person did. */
  respell(from: number, to: number, added: readonly DocumentToken[]): void;
  /** Makes all ids those of a fresh tokenisation of the text. */
  retokenise(): void;
  checkDivergence(): void;
  /** Gives all of the text its tokens at once, however long that takes. */
  finish(): void;
  undo(): void;
  redo(): void;
  /** Numbers for tokens `from...`; ignored when `ids` are no longer what stands there. */
  fillStats(ids: Uint32Array, from: number, stats: readonly TokenStats[]): void;
  /** Another vocabulary: the text is tokenised anew. The same one (by `tokenizer.fingerprint`): ids stay. */
  setTokenizer(tokenizer: Tokenizer, sameModel: SameModel): void;
  /** Gives the history away, to come back with `restore`, and begins another one. */
  leave(): KeptHistory;
  /** Takes what was kept in place of all that is there; without a history it begins a new one. */
  restore(kept: {
    readonly text: string;
    readonly tokens: readonly DocumentToken[];
    readonly selection: Selection;
    /** With the active one, whose tokens are `tokens`. Absent: one branch without a name. */
    readonly set?: Pick<BranchSet, 'branches' | 'branch'> | undefined;
    readonly history?: KeptHistory | undefined;
  }): void;
}

export interface Snapshot {
  readonly branches: readonly Branch[];
  /** Id of the active one. */
  readonly branch: number;
  /** What follows the tokens of the active one. */
  readonly pending: Pending | null;
  /** Kept while there is no tokenizer; else the tokens have it. */
  readonly text: string;
  readonly selection: Selection;
  /** Of the tokenizer the ids belong to; '' for plain text. */
  readonly fingerprint: string;
  /** Ids that its texts begin with. */
  readonly opening: readonly number[];
  /** Of the model the numbers are of. */
  readonly model: number;
}

export interface Step {
  readonly kind: ChangeKind;
  /** The state to go back (or forth) to. Token objects are shared between states. */
  readonly snapshot: Snapshot;
}

/** Steps of Undo and Redo of a document that is not the open one. */
export interface KeptHistory {
  readonly past: readonly Step[];
  readonly future: readonly Step[];
  /** The highest id that a branch has had. */
  readonly lastBranch: number;
}

export type DocumentStoreState = DocumentState & DocumentActions;
export type DocumentStore = StoreApi<DocumentStoreState>;
