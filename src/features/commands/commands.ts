// What commands do on a page: whether those of the open document are answered, the question that is open, and answers that are changed.
import { defined } from '../../lib/assert.ts';
import { formatCount } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { isRunning, type Rounds } from '../../stores/run/generation-types.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Tool, ToolAnswer, ToolCall, ToolsStore } from '../shared/tools.ts';
import { type Answer, type Around, answerTo } from './answering.ts';
import type { LibraryRecord } from './kept.ts';
import { EMPTY, turned, withDefinition, withImported } from './library.ts';
import { type Asked, askedBy, externalTokens, formatted, roundsOf } from './rounds.ts';
import type { CommandsStore, Definition, Experiment, Library, Trouble } from './types.ts';
import { troubleWords } from './words.ts';

export interface CommandsOptions extends Pick<Stores, 'document' | 'documents' | 'generation'>, Omit<Around, 'ask'> {
  readonly record: LibraryRecord;
  /** What conversations offer to a model. */
  readonly tools: ToolsStore;
}

export const INITIAL = { ...EMPTY, ready: false, active: false, question: null, form: null } as const;

export class Commands {
  store!: CommandsStore;
  readonly #options: CommandsOptions;
  /** Takes a person's words while they are asked. */
  #heard: ((text: string) => void) | null = null;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** Returns the end of it. */
  watch(): () => void {
    const { documents, document, generation, record } = this.#options;
    let ended = false;
    this.#options.tools.setState({
      answer: (call, signal, ask) => this.#answerTool(call, signal, ask),
      answerBy: (name, text) => this.#answerBy(name, text),
    });
    const bring = (): void => {
      record.read().then(
        library => !ended && this.#take({ ...library, ready: true }),
        // A browser that stores nothing keeps commands as long as the page.
        () => !ended && this.#take({ ready: true }),
      );
    };
    bring();
    const ends = [
      record.hear(bring),
      documents.subscribe((now, before) => {
        if (now.id === before.id) return;
        this.store.setState({ question: null });
        this.#take({});
      }),
      document.subscribe((now, before) => {
        const { question } = this.store.getState();
        if (now.revision === before.revision || question === null || this.#heard !== null) return;
        // The question is another one now, or none.
        if (this.#asked(now.tokens)?.name !== question.command) this.store.setState({ question: null });
      }),
    ];
    return () => {
      ended = true;
      generation.getState().answerBy(null);
      for (const end of ends) end();
    };
  }

  /** What is kept, and whether it holds for the open document. */
  #take(part: Partial<Library & { readonly ready: boolean }>): void {
    const { documents, generation, tools } = this.#options;
    this.store.setState(part);
    const { ready, on, protocol, definitions } = this.store.getState();
    if (part.definitions !== undefined) tools.setState({ tools: toolsOf(definitions) });
    const active = ready && on.includes(documents.getState().id);
    this.store.setState({ active });
    generation.getState().answerBy(active ? this.#rounds(protocol.end) : null);
  }

  change(change: (library: Library) => Library): void {
    this.#take(change(this.store.getState()));
    this.#options.record.change(change).catch(() => {});
  }

  turn(on: boolean): void {
    const { id } = this.#options.documents.getState();
    if (id !== '') this.change(library => turned(library, id, on));
  }

  #asked(tokens: readonly DocumentToken[]): Asked | null {
    return askedBy(tokens, this.store.getState().protocol);
  }

  #rounds(stop: string): Rounds {
    return {
      stop,
      asked: tokens => this.#asked(tokens)?.name ?? null,
      answer: (round, signal) => this.#answer(round, signal),
    };
  }

  async #answer(round: number, signal: AbortSignal): Promise<readonly DocumentToken[] | null> {
    const { tokens, text } = this.#options.document.getState();
    const state = this.store.getState();
    const asked = this.#asked(tokens);
    // Turned off since the run began.
    if (asked === null || !state.active) return null;
    const { mostRounds } = state.protocol;
    if (round > mostRounds) return this.#fail(asked, { kind: 'rounds', most: mostRounds });
    this.store.setState({ question: null });
    const answer = await answerTo(asked, text, state, signal, { ...this.#options, ask: this.#ask });
    return answer.ok ? this.#tokensOf(answer, tokens) : this.#fail(asked, answer.trouble);
  }

  /** Within the same bounds and permissions as a command in the text. */
  async #answerTool(
    { name, argument, before, given }: ToolCall,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<string>,
  ): Promise<ToolAnswer> {
    const state = this.store.getState();
    const { mostRounds } = state.protocol;
    if (given >= mostRounds) {
      const words = `${formatCount(mostRounds)} results were given for this message, which is the limit. It stands under Commands; raise it there to go on.`;
      return { ok: false, words };
    }
    const around = { ...this.#options, ask: (_: Definition, __: Asked, ended: AbortSignal) => ask(ended) };
    const answer = await answerTo({ name, argument }, before, state, signal, around);
    return answer.ok ? answer : { ok: false, words: troubleWords(answer.trouble, name) };
  }

  #answerBy(name: string, text: string): ToolAnswer {
    const { protocol, definitions } = this.store.getState();
    const most = protocol.mostText;
    if (text.length > most) {
      return { ok: false, words: troubleWords({ kind: 'too_long', length: text.length, most }, name) };
    }
    const purpose = definitions.find(each => each.name === name)?.purpose ?? '';
    return { ok: true, text, told: this.#byPerson(name.slice(0, 64), purpose) };
  }

  #fail(asked: Asked, trouble: Trouble): null {
    this.store.setState({ question: this.#question(asked, trouble, false) });
    return null;
  }

  #question({ name, argument }: Asked, trouble: Trouble | null, waits: boolean) {
    const purpose = this.store.getState().definitions.find(each => each.name === name)?.purpose ?? '';
    return { command: name, argument, purpose, trouble, waits };
  }

  readonly #ask = (_: Definition, asked: Asked, signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        this.#heard = null;
        signal.removeEventListener('abort', stop);
        this.store.setState({ question: null });
      };
      const stop = (): void => {
        end();
        reject(signal.reason);
      };
      this.store.setState({ question: this.#question(asked, null, true) });
      signal.addEventListener('abort', stop);
      this.#heard = text => {
        end();
        resolve(text);
      };
    });

  #tokensOf({ text, told }: Extract<Answer, { ok: true }>, before: readonly DocumentToken[]): readonly DocumentToken[] {
    const tokenizer = defined(this.#options.document.getState().tokenizer, 'tokenizer of the document');
    return externalTokens(tokenizer, before, formatted(told.command, text, this.store.getState().protocol), told);
  }

  reply(text: string): boolean {
    const { question, protocol } = this.store.getState();
    if (question === null) return false;
    if (text.length > protocol.mostText) {
      const trouble = { kind: 'too_long', length: text.length, most: protocol.mostText } as const;
      this.store.setState({ question: { ...question, trouble } });
      return false;
    }
    if (this.#heard === null) return this.#insert(question.command, text);
    this.#heard(text);
    return true;
  }

  /** Where no run waits for it: it goes behind the text, and a run begins. */
  #insert(command: string, text: string): boolean {
    const { document, generation } = this.#options;
    const { tokens, tokenizer } = document.getState();
    if (tokenizer === null || isRunning(generation.getState().status)) return false;
    if (this.#asked(tokens)?.name !== command) return false;
    this.store.setState({ question: null });
    const added = this.#tokensOf({ ok: true, text, told: this.#byPerson(command, '') }, tokens);
    document.getState().rewrite(tokens.length, added, false, 'answer');
    void generation.getState().run();
    return true;
  }

  #byPerson(command: string, purpose: string) {
    return { command, purpose, by: 'person', source: '', path: '', ms: 0, at: this.#options.date() } as const;
  }

  answerMyself(): void {
    const { question } = this.store.getState();
    if (question !== null) this.store.setState({ question: { ...question, trouble: null, waits: true } });
  }

  async retry(): Promise<void> {
    this.store.setState({ question: null });
    await this.#options.generation.getState().run();
  }

  dismiss(): void {
    if (this.#heard === null) this.store.setState({ question: null });
    else this.#options.generation.getState().stop();
  }

  rewrite(from: number, text: string): boolean {
    const { document, generation } = this.#options;
    const { tokens } = document.getState();
    const round = roundsOf(tokens).find(each => each.from === from);
    if (round === undefined || isRunning(generation.getState().status)) return false;
    if (text.length > this.store.getState().protocol.mostText) return false;
    const { command, purpose } = round.told;
    const added = this.#tokensOf({ ok: true, text, told: this.#byPerson(command, purpose) }, tokens.slice(0, from));
    document.getState().rewrite(from, added, true, 'answer');
    // Belongs to the step of the history that the new answer has made.
    void generation.getState().reply([], false);
    return true;
  }

  async openExperiment({ title, text, definitions }: Experiment): Promise<void> {
    const { documents } = this.#options;
    const { acts } = documents.getState();
    if (acts === null) return;
    // Where it cannot be opened, commands of the document before stay as they are.
    if (!(await acts.create({ text, title, keep: true }))) return;
    const { id } = documents.getState();
    this.change(library => turned(withImported(library, definitions), id, true));
  }

  define(name: string | null, definition: Definition): void {
    this.change(library => withDefinition(library, name, definition));
  }
}

/** Those that may answer; a fixed text is always the same one, whatever it is asked. */
function toolsOf(definitions: readonly Definition[]): readonly Tool[] {
  return definitions.flatMap(({ name, purpose, by, source, enabled }) => {
    const takesArgument =
      by === 'person' ||
      (by === 'expression' && /\bargument\b/.test(source)) ||
      (by === 'address' && source.includes('{argument}'));
    return enabled ? { name, purpose, takesArgument } : [];
  });
}
