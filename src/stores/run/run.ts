// One run: its command, its events, and the frames in which its tokens reach the document.
import { defined } from '../../lib/assert.ts';
import { NucleusError } from '../../lib/error.ts';
import type { ModelIdentity } from '../../lib/model-source.ts';
import type { EngineEvent, EventOf, FinishedEvent } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { drawnToken, textToContinue } from '../document/sequence.ts';
import type { DocumentToken } from '../document/types.ts';
import { modelIdentity } from '../model/model.ts';
import type { GenerationOptions, GenerationStore, RunStats } from './generation-types.ts';

export interface RunRequest {
  readonly seed: number;
  readonly steps: 'run' | 'step';
  /** The first draw is not an end-of-text token. */
  readonly pastEnd: boolean;
  /** Ends the run beside the stop strings of the settings. */
  readonly stop: readonly string[];
  /** Tokens at most. */
  readonly most: number;
  /** Wraps every change of the document by this run. */
  readonly append: (change: () => void) => void;
  /** The worker has said something. */
  readonly alive: () => void;
}

/** More tokens than this do not wait for a frame: a hidden tab paints none. */
const MOST_BUFFERED = 64;

export class Run {
  readonly seed: number;
  readonly #options: GenerationOptions;
  readonly #store: GenerationStore;
  readonly #request: RunRequest;
  readonly #settings: GenerationSettings;
  readonly #model: ModelIdentity | null;
  readonly #at: number;
  #buffer: DocumentToken[] = [];
  #frameAsked = false;
  #length = 0;
  #firstMs: number | null = null;
  #stats: RunStats;
  #finished: FinishedEvent | null = null;
  #abandoned = false;

  constructor(options: GenerationOptions, store: GenerationStore, request: RunRequest) {
    this.seed = request.seed;
    this.#options = options;
    this.#store = store;
    this.#request = request;
    const { settings } = options.settings.getState();
    const stop = [...new Set([...request.stop, ...settings.stop])];
    this.#settings = request.stop.length === 0 ? settings : { ...settings, stop };
    this.#model = modelIdentity(options.model.getState());
    this.#at = options.date();
    this.#stats = store.getState().stats;
  }

  /** The text was edited by another hand and is no longer this run's: what it still has to say is dropped. */
  abandon(): void {
    this.#abandoned = true;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Sends the command and follows it to its end. Tokens that came before a failure stay in the text. */
  async consume(signal: AbortSignal): Promise<FinishedEvent> {
    const { client, document, model } = this.#options;
    // Few runs are guided.
    const guided = this.#settings.guidance_scale === 1 ? null : await import('./negative.ts');
    const { tokens } = document.getState();
    const { load } = model.getState();
    const oneToken = this.#request.steps === 'step';
    this.#length = tokens.length;
    const negative = guided && load.status === 'ready' ? guided.negativePromptIds(this.#settings, load, tokens) : null;
    const events = client.run(
      {
        type: 'generate',
        ...textToContinue(tokens, this.#settings, negative),
        settings: { ...this.#settings, max_new_tokens: oneToken ? 1 : this.#request.most },
        seed: this.seed,
        ...(this.#request.pastEnd ? { pastEnd: true } : {}),
      },
      signal,
    );
    try {
      for await (const event of events) {
        this.#request.alive();
        this.#take(event);
      }
    } finally {
      this.#flush();
    }
    const finished = this.#finished;
    if (finished === null) throw new NucleusError('internal', 'the run ended without saying why');
    return finished;
  }

  #take(event: EngineEvent): void {
    switch (event.type) {
      case 'prefilled':
        this.#stats = { ...this.#stats, reused: event.reused, computed: event.computed, prefillMs: event.ms };
        this.#askFrame();
        return;
      case 'token':
        this.#takeToken(event);
        return;
      case 'finished':
        this.#finished = event;
        this.#flush();
        if (event.piece.length > 0) this.#change(() => this.#options.document.getState().appendTyped(event.piece));
        return;
      default:
        return;
    }
  }

  #takeToken(event: EventOf<'token'>): void {
    if (event.position !== this.#length) return;
    const tokenizer = defined(this.#options.document.getState().tokenizer, 'tokenizer of the document');
    this.#length += 1;
    this.#buffer.push(drawnToken(tokenizer, event, this.#settingsOfDraw(), this.seed, this.#model, this.#at));
    this.#stats = this.#counted(event.ms);
    if (this.#buffer.length >= MOST_BUFFERED) this.#flush();
    else this.#askFrame();
  }

  /** What the token that has just come was drawn with. */
  #settingsOfDraw(): GenerationSettings {
    const first = this.#stats.generated === 0;
    return first && this.#request.pastEnd ? { ...this.#settings, end_of_text: 'never' } : this.#settings;
  }

  /** `ms` since the start of the run; the first token is not part of the decode rate. */
  #counted(ms: number): RunStats {
    const generated = this.#stats.generated + 1;
    this.#firstMs ??= ms;
    const elapsed = ms - this.#firstMs;
    const tokensPerSecond = generated > 1 && elapsed > 0 ? ((generated - 1) / elapsed) * 1000 : null;
    return { ...this.#stats, generated, firstTokenMs: this.#firstMs, tokensPerSecond };
  }

  #askFrame(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    this.#options.requestFrame(() => {
      this.#frameAsked = false;
      if (this.#finished === null) this.#flush();
    });
  }

  #flush(): void {
    const tokens = this.#buffer;
    this.#buffer = [];
    if (tokens.length > 0) this.#change(() => this.#options.document.getState().appendDrawn(tokens));
    const { status } = this.#store.getState();
    const generating = status.kind === 'prefilling' && this.#stats.generated > 0;
    this.#store.setState({ stats: this.#stats, ...(generating ? { status: { kind: 'generating' } } : {}) });
  }

  #change(change: () => void): void {
    if (!this.#abandoned) this.#request.append(change);
  }
}
