// Which document is open, and what there is to say of its keeping. What can be done with documents comes with the code that keeps them.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ModelSource } from '../../lib/model-source.ts';
import type { DocumentToken } from '../document/types.ts';

/** UTF-16 units of a text that is kept; a longer one is not written, and says so. */
export const MOST_TEXT = 4_000_000;
/** Bytes, and characters, of a file of documents that is read. */
export const MOST_FILE = 256 * 1024 * 1024;

/** A document as the list of them shows it. */
export interface ListedDocument {
  readonly id: string;
  /** As a person named it; '' until then. */
  readonly title: string;
  /** The beginning of its text. */
  readonly words: string;
  /** Milliseconds since 1970; 0 where nobody knows. */
  readonly changed: number;
  readonly tokens: number;
  readonly branches: number;
  /** Name of its model; '' where there was none. */
  readonly model: string;
  /** False: its record is damaged, or a newer page wrote it. */
  readonly readable: boolean;
}

export type DocumentNotice =
  | { readonly kind: 'deleted'; readonly title: string }
  /** Another tab had changed or deleted the document: what was written here is one of its own now. */
  | { readonly kind: 'copied'; readonly title: string; readonly why: 'changed' | 'deleted' }
  | { readonly kind: 'unreadable' }
  /** The browser cannot keep what is open, and something else was asked for: to be lost, or stayed with. */
  | { readonly kind: 'unkept' }
  /** The browser refused what was asked for. `removed`: to bring back the document that was deleted, which can be tried again. */
  | { readonly kind: 'full'; readonly removed?: true }
  /** Not all of the files that were dropped was taken: which, and why. */
  | { readonly kind: 'refused'; readonly words: string }
  /** The document was written with a model that is not stored here. */
  | { readonly kind: 'model'; readonly source: ModelSource };

/** A text to begin a document with. */
export interface NewDocument {
  readonly text: string;
  readonly title?: string;
  /** Where its ids are known: those of the model in use as it is asked for. Under another vocabulary by then the text is read anew. */
  readonly tokens?: readonly DocumentToken[];
  /** A person wrote it or wants it: it is kept though nothing has been changed in it. */
  readonly keep?: boolean;
}

/** What a file of documents is called ends so. */
export const FILE_END = '.nucleus.json';

/** What became of a file. */
export interface Imported {
  readonly added: number;
  /** Documents in it that cannot be read. */
  readonly refused: number;
  /** Why nothing of it was read. */
  readonly why: 'too_large' | 'not_ours' | 'newer' | null;
}

export interface DocumentActs {
  /** Opens a new document; one that nobody has touched gives way to it. False where one that cannot be kept is open and stays, or the browser refused. */
  create(wanted?: NewDocument): Promise<boolean>;
  /**
   * False where it cannot be read, or as for `create`.
   * @param begun where it has no record since nobody has touched it: its text
   */
  open(id: string, begun?: string): Promise<boolean>;
  rename(id: string, title: string): Promise<void>;
  /** Opens the copy. */
  duplicate(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** The one that was removed last. */
  putBack(): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly ListedDocument[]>;
  /** Which of these have `query` in their text, in any branch. */
  find(ids: readonly string[], query: string, signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** These, or all, as the text of a file, the open one as it stands here; null where the browser does not give them, which is said. */
  exported(ids: readonly string[] | 'all'): Promise<string | null>;
  /** Adds what such a file holds. */
  imported(json: string): Promise<Imported>;
  /** Says of files what was not taken of them; a question that stands is answered first. */
  refuse(words: string): void;
  /** Goes on without what the browser does not keep of the open document. */
  loseIt(): void;
  dismiss(): void;
}

export interface DocumentsState {
  /** '' until what was kept has been read. */
  readonly id: string;
  /** As a person named it; '' stands for its first words. */
  readonly title: string;
  /** Another one was asked for and is on its way, once this one is written; not while a person is asked about that. */
  readonly coming: boolean;
  /** The browser refuses to keep it. */
  readonly failed: boolean;
  readonly notice: DocumentNotice | null;
  /** Grows with every change of the list, by another tab too. */
  readonly turn: number;
  /** Null until what was kept has been read. */
  readonly acts: DocumentActs | null;
}

export type DocumentsStore = StoreApi<DocumentsState>;

export function createDocumentsStore(): DocumentsStore {
  return createStore<DocumentsState>()(() => ({
    id: '',
    title: '',
    coming: false,
    failed: false,
    notice: null,
    turn: 0,
    acts: null,
  }));
}
