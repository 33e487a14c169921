// Commands of a person: what they are called, who answers, where they are turned on; and the state of their store.
import type { StoreApi } from 'zustand/vanilla';
import type { Answerer } from '../../stores/document/types.ts';
import type { AddressFault, Allowed } from './addresses.ts';
import type { FetchFault } from './fetched.ts';

export interface Definition {
  /** `FETCH_WEATHER_DATA` */
  readonly name: string;
  /** In words for people, and for models that are told of tools. */
  readonly purpose: string;
  readonly by: Answerer;
  /** The fixed text, the expression or the address; '' where a person answers. */
  readonly source: string;
  /** Of an address: which part of its JSON is the answer; '' is all of it. */
  readonly path: string;
  /** May answer. What came with a file may not until a person says so. */
  readonly enabled: boolean;
}

/** How commands are written and answered, in all documents. */
export interface Protocol {
  /** Before the name: `COMMAND=`. */
  readonly begin: string;
  /** Behind it: `<EOC>`. */
  readonly end: string;
  /** `{label}` is the name with _DATA behind it, `{name}` the name, `{text}` the answer. */
  readonly format: string;
  /** Characters of an answer. */
  readonly mostText: number;
  /** Answers in one run. */
  readonly mostRounds: number;
}

/** What a person keeps of commands. */
export interface Library {
  readonly definitions: readonly Definition[];
  readonly protocol: Protocol;
  /** Where addresses may lead. */
  readonly allowed: readonly Allowed[];
  /** Ids of the documents whose commands are answered. */
  readonly on: readonly string[];
}

/** Why a command has no answer. */
export type Trouble =
  | { readonly kind: 'unknown' | 'disabled' | 'timeout' }
  | { readonly kind: 'rounds'; readonly most: number }
  | { readonly kind: 'too_long'; readonly length: number; readonly most: number }
  | { readonly kind: 'expression'; readonly words: string }
  | { readonly kind: 'address'; readonly why: AddressFault; readonly address: string }
  | { readonly kind: 'fetch'; readonly fault: FetchFault; readonly address: string };

/** The command that the text ends with, while it waits for a person or after it failed. */
export interface Question {
  readonly command: string;
  readonly argument: string;
  readonly purpose: string;
  /** Null: it is being answered, or a person is asked. */
  readonly trouble: Trouble | null;
  /** A person is to answer. */
  readonly waits: boolean;
}

/** A command as it stands in the form: `name` of the one it changes, null for a new one. */
export interface DefinitionDraft {
  readonly name: string | null;
  readonly definition: Definition;
}

interface CommandsState extends Library {
  /** What was kept has been read. */
  readonly ready: boolean;
  /** Commands of the open document are answered. */
  readonly active: boolean;
  readonly question: Question | null;
  /** The command that a person writes or changes. */
  readonly form: DefinitionDraft | null;
}

interface CommandsActions {
  /** Turns commands of the open document on or off. */
  turn(on: boolean): void;
  /** Puts `definition` in the place of `name`, or behind all where it is null. */
  define(name: string | null, definition: Definition): void;
  remove(name: string): void;
  /** What stands in the form from now on; null closes it. */
  fill(form: DefinitionDraft | null): void;
  setProtocol(part: Partial<Protocol>): void;
  allow(entry: Allowed): void;
  forbid(prefix: string): void;
  /** A person's answer: goes into the text, and the run goes on. False where it was not taken: it is too long, or the text asks for something else by now. */
  reply(text: string): boolean;
  /** Opens a field for what had no answer. */
  answerMyself(): void;
  /** Tries again what had no answer. */
  retry(): Promise<void>;
  dismiss(): void;
  /**
   * Another answer in the place of one that begins at token `from`, on a branch of its own; the run goes on from there.
   * @returns false where it was not taken: it is too long, none begins there, or a run is under way
   */
  rewrite(from: number, text: string): boolean;
  /** As the text of a file: definitions alone. */
  exported(): string;
  /** Takes definitions of such a file over, none of them enabled; how many, or null for a file that is none. */
  imported(json: string): number | null;
  /** Opens an experiment as a document of its own, with its commands. */
  openExperiment(experiment: Experiment): Promise<void>;
}

/** A text to begin with, and the commands that it asks for. */
export interface Experiment {
  readonly title: string;
  readonly words: string;
  readonly text: string;
  readonly definitions: readonly Definition[];
}

export type CommandsStoreState = CommandsState & CommandsActions;
export type CommandsStore = StoreApi<CommandsStoreState>;
