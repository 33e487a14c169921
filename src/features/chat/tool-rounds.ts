// Rounds of a conversation with tools: a reply that calls is answered by the person's commands, the results enter as turns, and the model goes on.
import { asNucleusError } from '../../lib/error.ts';
import type { Told } from '../../stores/document/types.ts';
import type { ToolAnswer, ToolsStore } from '../shared/tools.ts';
import { argumentOf, CALL_ENDS, type Call, callsIn, type Found, goesOnBehind, MOST_CALLS } from './calls.ts';
import { answerStart } from './thinking.ts';
import type { ChatState, OpenCall, Shown, Turn } from './types.ts';

export interface RoundsOptions {
  readonly tools: ToolsStore;
  /** The model is told of tools. */
  readonly offered: () => boolean;
  readonly state: () => ChatState;
  readonly set: (part: Partial<ChatState>) => void;
  /** The text of the document. */
  readonly text: () => string;
  /** Of the text: a call is of this one, and of no other that reads the same. */
  readonly revision: () => number;
  /** Writes the turns; false where something stands in the way, and is said. */
  readonly put: (turns: readonly Turn[]) => Promise<boolean>;
  /** Draws a reply; false where it was stopped, or failed. */
  readonly draw: () => Promise<boolean>;
  readonly stopDrawing: () => void;
}

interface Result {
  readonly content: string;
  readonly told: Told;
}

const UNREAD: Readonly<Record<Extract<Found, { kind: 'unread' }>['why'], string>> = {
  open: 'The reply ends before its call of a tool is whole. Continue the reply, or edit it.',
  json: 'The call in the reply cannot be read: what stands there is no JSON. Edit the reply, or let the model write another one.',
  shape:
    'The call in the reply names no tool, or gives no object to it. Edit the reply, or let the model write another one.',
  many: `The reply calls more than ${MOST_CALLS} tools at once. Edit it, or let the model write another one.`,
};

/** Why nothing came of a call whose text is no longer there. */
const left = (name: string): string =>
  `The text changed while ${name} was being answered, so the call was ended and nothing was put in. Go back to that text and press Continue to call it again.`;

const CALL = { argument: '', purpose: '', words: null, waits: false, answerable: true } as const;

/** What a reply calls for. */
function askedIn({ prompt, reply }: Shown): Found {
  return callsIn(reply, answerStart(reply, prompt.text));
}

const textOf = ({ prompt, reply }: Shown): string => prompt.text + reply;

export class ToolRounds {
  readonly #options: RoundsOptions;
  /** Results of the calls of one reply, until all are there: none is lost when another fails. */
  #results: { readonly text: string; readonly list: Result[] } = { text: '', list: [] };
  /** Takes a person's words while they are asked. */
  #heard: ((text: string) => void) | null = null;
  #abort: AbortController | null = null;
  /** Revision of the text whose call is being answered. */
  #asked = -1;
  /** The reply was ended because its call is whole. */
  #ended = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  get on(): boolean {
    return this.#options.offered();
  }

  /** Ends of a reply beside the template's. */
  get ends(): readonly string[] {
    return this.on ? CALL_ENDS : [];
  }

  /** The text has changed. @param drawing a reply grows */
  changed(drawing: boolean): void {
    const { shown, call, status } = this.#options.state();
    if (call !== null && status === 'asking' && this.#options.revision() !== this.#asked) this.#leave(call.name);
    if (call !== null && status !== 'asking' && (shown === null || textOf(shown) !== this.#results.text)) this.drop();
    if (!drawing || shown === null || !this.on || this.#ended) return;
    const found = askedIn(shown);
    if (found.kind !== 'calls' || !goesOnBehind(shown.reply, found.end)) return;
    this.#ended = true;
    this.#options.stopDrawing();
  }

  /** The reply ends in a call that waits for its result. */
  get waits(): boolean {
    const { shown } = this.#options.state();
    return this.on && shown !== null && askedIn(shown).kind === 'calls';
  }

  /** Draws, and goes on as long as the model calls and is answered. */
  async draw(): Promise<void> {
    this.#ended = false;
    const prompt = this.#options.state().shown?.prompt.text;
    const done = await this.#options.draw();
    // Another conversation, by now, has calls of its own, which nobody has asked for.
    if ((done || this.#ended) && this.#options.state().shown?.prompt.text === prompt) await this.follow();
  }

  /** Answers the calls of the reply, where it has some. */
  async follow(): Promise<void> {
    const { shown } = this.#options.state();
    if (!this.on || shown === null) return;
    const found = askedIn(shown);
    const text = textOf(shown);
    if (this.#results.text !== text) this.#results = { text, list: [] };
    if (found.kind === 'none') return;
    if (found.kind === 'unread') {
      this.#options.set({ call: { ...CALL, name: '', words: UNREAD[found.why], answerable: false } });
      return;
    }
    if (!(await this.#answered(shown, found.calls))) return;
    const content = shown.reply.slice(0, found.end);
    const controls = shown.controls.filter(at => at < found.end);
    const reply: Turn = { role: 'assistant', content, ...(controls.length === 0 ? {} : { controls }) };
    const results = this.#results.list.map((result): Turn => ({ role: 'tool', ...result }));
    this.#results = { text: '', list: [] };
    this.#options.set({ call: null });
    if (await this.#options.put([...shown.prompt.turns, reply, ...results])) await this.draw();
  }

  async #answered(shown: Shown, calls: readonly Call[]): Promise<boolean> {
    const { list } = this.#results;
    const { turns } = shown.prompt;
    const since = turns.slice(turns.findLastIndex(({ role }) => role === 'user') + 1);
    const before = since.filter(({ role }) => role === 'tool').length;
    while (list.length < calls.length) {
      const call = calls[list.length];
      if (call === undefined) break;
      const answer = await this.#answer(call, before + list.length);
      if (answer === null) return false;
      if (!answer.ok) {
        this.#say({ words: answer.words });
        return false;
      }
      list.push({ content: answer.text, told: answer.told });
    }
    return true;
  }

  /** Null: it was stopped. */
  async #answer(call: Call, given: number): Promise<ToolAnswer | null> {
    const { tools, set, text, revision } = this.#options;
    const { name } = call;
    const argument = argumentOf(call);
    const purpose = tools.getState().tools.find(each => each.name === name)?.purpose ?? '';
    set({ status: 'asking', call: { ...CALL, name, argument, purpose } });
    const abort = new AbortController();
    this.#abort = abort;
    this.#asked = revision();
    try {
      const before = text();
      const answer = await tools.getState().answer({ name, argument, before, given }, abort.signal, this.#ask);
      return abort.signal.aborted ? null : answer;
    } catch (thrown) {
      if (!abort.signal.aborted) return { ok: false, words: asNucleusError(thrown).message };
      return null;
    } finally {
      if (abort.signal.aborted) set({ call: null });
      this.#abort = null;
      set({ status: 'idle' });
    }
  }

  readonly #ask = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      this.#say({ waits: true });
      const stop = (): void => {
        this.#heard = null;
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#heard = text => {
        this.#heard = null;
        signal.removeEventListener('abort', stop);
        this.#say({ waits: false });
        resolve(text);
      };
    });

  #say(part: Partial<OpenCall>): void {
    const { call } = this.#options.state();
    if (call !== null) this.#options.set({ call: { ...call, ...part } });
  }

  /** A person's words: what is asked gets them, and what had no answer has one. */
  async hear(text: string): Promise<void> {
    const { call } = this.#options.state();
    if (this.#heard !== null) this.#heard(text);
    else if (call?.waits) {
      const answer = this.#options.tools.getState().answerBy(call.name, text);
      if (answer.ok) {
        this.#results.list.push({ content: answer.text, told: answer.told });
        await this.follow();
      } else this.#say({ words: answer.words });
    }
  }

  answerMyself(): void {
    this.#say({ waits: true, words: null });
  }

  /** The text that called is not there any more. */
  #leave(name: string): void {
    this.drop();
    this.#options.set({ trouble: { kind: 'text', words: left(name) } });
  }

  drop(): void {
    if (this.#abort !== null) this.#abort.abort();
    else this.#options.set({ call: null });
  }
}
