// A conversation as data: its turns, how they are written into the text, and what a person chose for it. The text of the document is the truth.
import type { StoreApi } from 'zustand/vanilla';
import type { Told } from '../../stores/document/types.ts';

export interface Turn {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly content: string;
  /** Where special tokens that were drawn begin in the content. All other spellings of them are text. */
  readonly controls?: readonly number[];
  /** Of a tool: which command has answered, and how. */
  readonly told?: Told;
}

/** UTF-16 units [start, end) of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the first run after a prompt found in the cache and computed, and how long it took. Milliseconds. */
export interface TurnCost {
  readonly reused: number;
  readonly computed: number;
  readonly prefillMs: number;
  readonly generated: number;
  readonly tokensPerSecond: number | null;
}

/** Everything before a reply, as it stands in the text. */
export interface Prompt {
  readonly system: string;
  /** All turns, the last one of a user or a tool. */
  readonly turns: readonly Turn[];
  /** So many of the oldest turns are not in the text. */
  readonly omitted: number;
  /** What stands in their place; '' where nothing does. */
  readonly summary: string;
  /** So many tokens after the first ones were left out, whatever they belong to. */
  readonly windowed: number;
  readonly text: string;
  /** Where the contents of the turns stand in it; null where they do not, or not in one piece. */
  readonly spans: readonly (Span | null)[];
  /** What a reply ends with; '' where the template does not say. */
  readonly end: string;
  readonly cost: TurnCost | null;
}

export type Strategy = 'stop' | 'drop' | 'window' | 'summary';

export interface Setup {
  readonly system: string;
  /** Which of the model's templates, by name. */
  readonly template: string;
  /** A template that a person wrote in its place. */
  readonly custom: string | null;
  readonly thinking: boolean;
  /** The model is told of the person's commands, and may call them. */
  readonly tools: boolean;
  readonly strategy: Strategy;
  /** Tokens at the beginning that a sliding window keeps. */
  readonly first: number;
}

/** The prompt that the text begins with, and what stands behind it. */
export interface Shown {
  readonly prompt: Prompt;
  readonly reply: string;
  /** Where special tokens begin in the reply. */
  readonly controls: readonly number[];
}

/** A call of a tool that is being answered, or that has no answer. */
export interface OpenCall {
  readonly name: string;
  readonly argument: string;
  readonly purpose: string;
  /** Why there is no answer; null while it is sought. */
  readonly words: string | null;
  /** A person is to answer. */
  readonly waits: boolean;
  /** A person can answer in the place of who did not. */
  readonly answerable: boolean;
}

/** What a strategy would do to the ids. */
export interface Plan {
  readonly strategy: Strategy;
  /** Of the whole conversation with the new turn, and what there is room for. */
  readonly tokens: number;
  readonly room: number;
  /** Runs of ids of the whole conversation, in order. */
  readonly parts: readonly { readonly kept: boolean; readonly tokens: number; readonly what: string }[];
  /** Tokens of the text once it is done; null where it cannot be. */
  readonly after: number | null;
  /** Ids that the text now begins with and that would still lead it. */
  readonly reused: number;
  /** The oldest turns that go. */
  readonly turns: number;
  /** What a summary would stand for; a person can change it. Null until it is written, or where none is. */
  readonly summary: string | null;
}

export type Trouble =
  /** The template said so itself. */
  | { readonly kind: 'refused'; readonly words: string }
  /** It is no template that can be run. */
  | { readonly kind: 'failed'; readonly words: string }
  | { readonly kind: 'slow' }
  | { readonly kind: 'text'; readonly words: string };

export interface ChatState {
  readonly setup: Setup;
  readonly prompts: readonly Prompt[];
  /** Null: the text is no conversation. */
  readonly shown: Shown | null;
  readonly draft: string;
  /** `writing`: the template is being rendered; `summarising`: the model writes a summary; `asking`: a tool is being asked. */
  readonly status: 'idle' | 'writing' | 'summarising' | 'asking';
  readonly call: OpenCall | null;
  readonly trouble: Trouble | null;
  readonly plan: Plan | null;
  /** Replies as Markdown or as their text. */
  readonly markdown: boolean;
  /** Milliseconds that computing the whole text takes without the cache, by its revision. */
  readonly uncached: { readonly revision: number; readonly tokens: number; readonly ms: number } | null;
}

interface ChatActions {
  change(part: Partial<Setup>): void;
  setDraft(draft: string): void;
  setMarkdown(markdown: boolean): void;
  /** The draft as a turn, then the reply. */
  send(): Promise<void>;
  /** What the plan says, then the reply. */
  sendPlanned(): Promise<void>;
  /** Lets the model write the summary that the plan needs. */
  summarise(): Promise<void>;
  setSummary(summary: string): void;
  dropPlan(): void;
  stop(): void;
  /** Another text for a turn; a user's, or a tool's, is answered anew. What stood there stays as a branch. */
  edit(index: number, content: string): Promise<void>;
  /** Another summary in the place of the one in the text, on a branch of its own. */
  editSummary(summary: string): Promise<void>;
  /** Another reply in the place of turn `index`, on a branch of its own. */
  regenerate(index: number): Promise<void>;
  /** Goes on with the last reply, or answers the call that it ends with. */
  goOn(): Promise<void>;
  /** A new conversation on a branch of its own. */
  begin(): void;
  /** A person's words as the result of the open call. */
  answerCall(text: string): Promise<void>;
  /** Opens a field for them. */
  answerCallMyself(): void;
  dropCall(): void;
  measure(): Promise<void>;
  dismiss(): void;
  /** What a reload kept. */
  restore(setup: Setup, prompts: readonly Prompt[]): void;
}

export type ChatStoreState = ChatState & ChatActions;
export type ChatStore = StoreApi<ChatStoreState>;
