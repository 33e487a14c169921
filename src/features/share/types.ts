// Taking a text along and bringing one in: the link, the file, the text that was opened, the replay. State and actions of the store.
import type { StoreApi } from 'zustand/vanilla';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { TaskState } from '../../stores/gpu-work/view-task.ts';
import type { Problem } from './reading.ts';
import type { ReplayOutcome } from './replay.ts';
import type { SharedRun } from './sharedRun.ts';

const SHARE_PANES = ['link', 'export', 'open'] as const;
type SharePane = (typeof SHARE_PANES)[number];

type LinkState =
  | { readonly status: 'none' | 'making' }
  /** With `#`. */
  | { readonly status: 'ready'; readonly fragment: string }
  | { readonly status: 'too_long'; readonly length: number };

/** What a link or a file has brought. */
type Incoming =
  | { readonly status: 'none' }
  | { readonly status: 'reading'; readonly name: string }
  | { readonly status: 'refused'; readonly name: string; readonly problem: Problem }
  | { readonly status: 'ready'; readonly name: string; readonly from: 'link' | 'file'; readonly run: SharedRun };

/** A text that came from elsewhere and has become a document of its own. */
interface OpenedRun {
  /** Its id. */
  readonly document: string;
  /** Its ids are those that were shared; else they were made anew from the text. */
  readonly exact: boolean;
  readonly from: 'link' | 'file';
  readonly model: string;
  /** Where the person was. */
  readonly before: {
    readonly document: string;
    readonly text: string;
    readonly settings: GenerationSettings;
    readonly seed: string;
    readonly lastSeed: number | null;
  };
}

interface ShareState {
  readonly pane: SharePane;
  readonly link: LinkState;
  readonly incoming: Incoming;
  /** A link waits for the model that is on its way. */
  readonly waiting: boolean;
  readonly opened: OpenedRun | null;
  readonly task: TaskState;
  readonly outcome: ReplayOutcome | null;
}

interface ShareActions {
  setPane(pane: SharePane): void;
  /** Makes the link to the text as it stands. Never rejects. */
  makeLink(): Promise<void>;
  /** A fragment of an address, with or without `#`; what is no shared run is passed over. Never rejects. */
  receive(fragment: string): Promise<void>;
  /** Reads a file and shows what it is; puts nothing into the text. Never rejects. */
  readFile(file: File): Promise<void>;
  forget(): void;
  /** Makes a document of what came in, with its settings and seeds, and opens it. */
  open(): Promise<void>;
  /** Asks for the model that what came in was made with; its text opens when that is there. */
  loadNeeded(): void;
  /** To the document and the settings of before. */
  back(): Promise<void>;
  dismissOpened(): void;
  replay(): Promise<void>;
  stopReplay(): void;
}

export type ShareStoreState = ShareState & ShareActions;
export type ShareStore = StoreApi<ShareStoreState>;
