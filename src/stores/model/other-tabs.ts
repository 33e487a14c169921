// One large model for all tabs of this browser. A tab that holds one says so by a lock, which the browser frees with the tab, however it ends; whoever is
// about to load another asks a person first, and may have the other tab let its model go.
import { MOST_CONTEXT_BYTES } from '../../lib/context-memory.ts';
import { NucleusError } from '../../lib/error.ts';
import { freshId } from '../../lib/fresh-id.ts';
import { type ModelSource, sourceKey, sourceName } from '../../lib/model-source.ts';
import type { DocumentStore } from '../document/types.ts';
import type { DocumentsStore } from '../saved/documents.ts';
import { titleOf } from '../saved/title.ts';
import type { LoadOptions, ModelState, ModelStore } from './types.ts';

/** Models up to so many bytes load in any number of tabs without a question: a twentieth of what the page lets a context take. */
export const SMALL_MODEL = MOST_CONTEXT_BYTES / 20;

/** What tabs know each other by, so that a test can put its own in the place. */
export interface TabLine {
  readonly locks: Pick<LockManager, 'request' | 'query'>;
  readonly channel: Pick<BroadcastChannel, 'postMessage' | 'close'> & {
    onmessage: ((event: MessageEvent<unknown>) => void) | null;
  };
}

/** Held by a tab as long as it has a large model, or one on its way. */
const HOLDS = 'nucleus-model:';
/** Held by who takes over from the tab of that id, until that one has let go. */
const WANTED = 'nucleus-model-wanted:';
/** Held for as long as it takes to see that no other tab holds one, and to be the one that does. */
const TURN = 'nucleus-model-turn';

/** `who` asks all tabs, `holds` answers, `let_go` is to one of them, which looks whether that is still wanted. */
type Told =
  | { readonly type: 'who' }
  | { readonly type: 'holds'; readonly tab: string; readonly model: string; readonly title: string }
  | { readonly type: 'let_go'; readonly tab: string };

/** Of this page; null where the browser has no locks. */
export function browserTabLine(): TabLine | null {
  if (!navigator.locks || typeof BroadcastChannel === 'undefined') return null;
  return { locks: navigator.locks, channel: new BroadcastChannel('nucleus-models') };
}

interface Subjects {
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly documents: DocumentsStore;
}

export class OtherTabs {
  readonly #line: TabLine;
  readonly #model: ModelStore;
  /** Of the document that is open, as other tabs name this one. */
  readonly #title: () => string;
  readonly #tab = freshId();
  readonly #end: () => void;
  /** The lock of this tab, which is held once however many loads ask for it; null while it holds none. */
  #held: { readonly granted: Promise<void>; readonly free: () => void } | null = null;

  constructor(line: TabLine, { model, document, documents }: Subjects) {
    this.#line = line;
    this.#model = model;
    this.#title = () => titleOf(documents.getState().title, document.getState().text);
    line.channel.onmessage = ({ data }) => void this.#hear(data as Told);
    this.#end = model.subscribe((now, before) => {
      if (now.load !== before.load) void this.#follow(now);
    });
  }

  /**
   * Resolves when the model may be loaded here: it is small, no other tab holds a large one, that one has let go, or a person wants both. Meanwhile
   * `elsewhere` of the model's state is the question. Throws `cancelled` when the signal aborts first.
   */
  async mayLoad(source: ModelSource, given: LoadOptions, signal: AbortSignal): Promise<void> {
    // It will be in the place of one that is here already.
    if (this.#held !== null) return;
    const bytes = bytesKnown(this.#model.getState(), source, given);
    if (bytes !== null && bytes <= SMALL_MODEL) return;
    for (;;) {
      const others = await this.#holdUnlessOthers(signal);
      if (others.length === 0) return;
      if ((await this.#ask(others, signal)) === 'beside') return this.#hold();
    }
  }

  dispose(): void {
    this.#end();
    this.#letGo();
    this.#line.channel.onmessage = null;
    this.#line.channel.close();
  }

  /** What is held follows what is loaded. */
  async #follow({ load }: ModelState): Promise<void> {
    if (load.status === 'loading') return;
    const large = load.status === 'ready' && !load.model.server && load.model.gpuBytes > SMALL_MODEL;
    if (large) await this.#hold();
    else this.#letGo();
  }

  /** The tabs that hold one; where there is none, this tab does from now on. Throws `cancelled` where the load was given up before its turn came. */
  async #holdUnlessOthers(signal: AbortSignal): Promise<readonly string[]> {
    let others: readonly string[] = [];
    await this.#line.locks.request(TURN, async () => {
      const { held = [] } = await this.#line.locks.query();
      const tabs = held.flatMap(({ name = '' }) => (name.startsWith(HOLDS) ? [name.slice(HOLDS.length)] : []));
      others = tabs.filter(tab => tab !== this.#tab);
      if (others.length === 0 && !signal.aborted) await this.#hold();
    });
    if (signal.aborted) throw new NucleusError('cancelled', 'cancelled before its turn');
    return others;
  }

  /** Resolves once the lock is there. */
  #hold(): Promise<void> {
    if (this.#held !== null) return this.#held.granted;
    let free = (): void => {};
    const held = new Promise<void>(resolve => {
      free = resolve;
    });
    const granted = new Promise<void>(resolve => {
      void this.#line.locks.request(HOLDS + this.#tab, () => {
        resolve();
        return held;
      });
    });
    this.#held = { granted, free };
    return granted;
  }

  #letGo(): void {
    this.#held?.free();
    this.#held = null;
  }

  /** `gone`: the others have let go, asked or by themselves. `beside`: a person wants it here too. */
  #ask(others: readonly string[], signal: AbortSignal): Promise<'gone' | 'beside'> {
    const { locks, channel } = this.#line;
    const asking = new AbortController();
    const waiting = { signal: asking.signal };
    return new Promise<'gone' | 'beside'>((resolve, reject) => {
      const takeOver = (): void => {
        const { elsewhere } = this.#model.getState();
        if (elsewhere) this.#model.setState({ elsewhere: { ...elsewhere, taking: true } });
        for (const tab of others) {
          const wanting = locks.request(WANTED + tab, waiting, () => {
            say(channel, { type: 'let_go', tab });
            return new Promise<void>(done => asking.signal.addEventListener('abort', () => done()));
          });
          wanting.catch(() => {});
        }
      };
      const loadHere = (): void => resolve('beside');
      this.#model.setState({ elsewhere: { others, model: null, title: '', taking: false, takeOver, loadHere } });
      say(channel, { type: 'who' });
      signal.addEventListener('abort', () => reject(new NucleusError('cancelled', 'cancelled while it was asked')));
      if (signal.aborted) reject(new NucleusError('cancelled', 'cancelled before it was asked'));
      const gone = others.map(tab => locks.request(HOLDS + tab, waiting, () => {}));
      Promise.all(gone).then(
        () => resolve('gone'),
        () => {},
      );
    }).finally(() => {
      // The next load may have its question by now.
      this.#model.setState(({ elsewhere }) => (elsewhere?.others === others ? { elsewhere: null } : {}));
      asking.abort();
    });
  }

  async #hear(told: Told): Promise<void> {
    if (told.type === 'holds') {
      const { elsewhere } = this.#model.getState();
      if (elsewhere?.others[0] !== told.tab) return;
      this.#model.setState({ elsewhere: { ...elsewhere, model: told.model, title: told.title } });
      return;
    }
    const { load } = this.#model.getState();
    if (this.#held === null || (load.status !== 'ready' && load.status !== 'loading')) return;
    if (told.type === 'who') {
      const model = load.status === 'ready' ? load.model.name : sourceName(load.source);
      say(this.#line.channel, { type: 'holds', tab: this.#tab, model, title: this.#title() });
    } else if (told.tab === this.#tab) {
      // A tab that was frozen hears late: who asked may have gone on without it.
      const { held = [] } = await this.#line.locks.query();
      if (held.some(({ name }) => name === WANTED + this.#tab)) this.#model.getState().unload('tab');
    }
  }
}

function say(channel: TabLine['channel'], told: Told): void {
  channel.postMessage(told);
}

/** What is known of a model's size before its load, bytes; null where nobody has looked yet. */
function bytesKnown({ cache, inspection }: ModelState, source: ModelSource, given: LoadOptions): number | null {
  if (given.files) return given.files.reduce((sum, { size }) => sum + size, 0);
  const key = sourceKey(source);
  if (inspection.status === 'ready' && sourceKey(inspection.source) === key) {
    const { formats, format, totalBytes } = inspection.result;
    const wanted = given.format ?? format;
    return formats.find(each => each.format === wanted)?.weightBytes ?? totalBytes;
  }
  return cache.models.find(each => each.key === key && each.complete)?.bytes ?? null;
}
