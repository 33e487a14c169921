// What a person does with a conversation, as changes of the document and runs: every one of them writes a prompt into the text, and what is drawn behind it is the reply.
import { measureCache } from '../../client/probe-requests.ts';
import { asNucleusError } from '../../lib/error.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import type { DocumentState } from '../../stores/document/types.ts';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { Stores, Work } from '../../stores/stores.ts';
import { tooLongWords } from '../shared/tooLong.ts';
import type { ToolsStore } from '../shared/tools.ts';
import { type Composed, type Conversation, compose, type Outcome, withReply } from './compose.ts';
import { MOST_MESSAGE } from './fit.ts';
import type { Pending, Written } from './pending.ts';
import { planned } from './plan.ts';
import { editedPrompt, replyPlace, rewritten, shownIn, turnsOf, withPrompt } from './prompts.ts';
import type { Render } from './renderer.ts';
import { canTakeTools, DEFAULT_SETUP, writtenWith } from './setup.ts';
import { summarise } from './summarise.ts';
import { promptRoom, readyModel, replyEnds } from './surroundings.ts';
import { controlsFrom, joined } from './tokens.ts';
import { ToolRounds } from './tool-rounds.ts';
import type { ChatState, ChatStore, Prompt, Setup, Turn } from './types.ts';

export interface ChatOptions
  extends Pick<Stores, 'model' | 'document' | 'generation' | 'settings'>,
    Pick<Work, 'client' | 'scheduler'> {
  readonly render: Render;
  readonly tools: ToolsStore;
  /** Milliseconds since 1970, for templates that write the date. */
  readonly today: () => number;
}

const CHANGED = 'The text changed while this was being written, so nothing was put into it. Try it again.';

export class Chats {
  store!: ChatStore;
  readonly #options: ChatOptions;
  readonly rounds: ToolRounds;
  /** The document is changing by this store's own hand. */
  #own = false;
  /** The system prompt of the conversation that was shown last: another one in the setup was typed, and is not sent yet. */
  #said = DEFAULT_SETUP.system;
  #pending: Pending | null = null;
  /** Plans that were asked for: only the newest counts. */
  #plans = 0;
  #planning: Promise<void> = Promise.resolve();
  #abort: AbortController | null = null;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.rounds = new ToolRounds({
      tools: options.tools,
      offered: () => this.#offered,
      state: () => this.#state,
      set: part => this.#set(part),
      text: () => options.document.getState().text,
      revision: () => options.document.getState().revision,
      put: turns => this.#put(this.#conversation(turns), {}),
      draw: () => this.#draw(false),
      stopDrawing: () => options.generation.getState().stop(),
    });
  }

  get #state(): ChatState {
    return this.store.getState();
  }

  get #offered(): boolean {
    const { setup } = this.#state;
    const ready = setup.tools && this.#options.tools.getState().tools.length > 0 ? readyModel(this.#options) : null;
    return ready !== null && canTakeTools(ready.model, ready.tokenizer, setup);
  }

  #set(part: Partial<ChatState>): void {
    this.store.setState(part);
  }

  /** Follows the text; returns the end of it. */
  watch(): () => void {
    const { document } = this.#options;
    this.#look();
    return document.subscribe((now, before) => {
      if (now.revision !== before.revision) this.#changed(now, before);
    });
  }

  #changed(now: DocumentState, before: DocumentState): void {
    const { shown, prompts } = this.#state;
    const sameBranch = now.branch === before.branch && before.pending === null && now.pending === null;
    if (!this.#own && shown !== null && sameBranch && !now.text.startsWith(shown.prompt.text)) {
      const edited = editedPrompt(shown.prompt, before.text, now.text);
      if (edited !== null) this.#set({ prompts: withPrompt(prompts, edited) });
    }
    this.#look();
  }

  #look(): void {
    const { text, tokens, view } = this.#options.document.getState();
    const { prompts, setup, plan } = this.#state;
    const shown = shownIn(prompts, text, from => controlsFrom(tokens, view, from));
    const system = shown?.prompt.system ?? this.#said;
    const part = system !== this.#said && setup.system === this.#said ? { setup: { ...setup, system } } : {};
    this.#said = system;
    if (this.#pending !== null && !this.#own) {
      // What was about to be shown is dropped with a word: a person still waits for it.
      if (plan === null) this.#set({ trouble: { kind: 'text', words: CHANGED } });
      this.dropPlan();
    }
    this.#set({ shown, uncached: null, ...part });
    this.rounds.changed(isRunning(this.#options.generation.getState().status));
  }

  change(part: Partial<Setup>): void {
    const { setup, plan } = this.#state;
    this.#set({ setup: { ...setup, ...part } });
    if (plan !== null) void this.#plan(null);
  }

  async send(): Promise<void> {
    const { draft, shown } = this.#state;
    if (draft.trim() === '' || !this.#free()) return;
    const long = tooLongWords(draft, MOST_MESSAGE);
    if (long !== null) {
      this.#set({ trouble: { kind: 'text', words: `The message is too long. ${long}` } });
      return;
    }
    const turns: readonly Turn[] = [...(shown === null ? [] : turnsOf(shown)), { role: 'user', content: draft }];
    const aside = shown === null && this.#options.document.getState().text !== '';
    if (await this.#put(this.#conversation(turns), { aside, sent: draft })) await this.rounds.draw();
  }

  restore(setup: Setup, prompts: readonly Prompt[]): void {
    // What another page kept belongs to the text that it showed.
    if (setup !== this.#state.setup) this.#said = setup.system;
    this.#set({ setup, prompts });
    this.#look();
  }

  async sendPlanned(): Promise<void> {
    await this.#planning;
    const pending = this.#pending;
    if (!pending?.composed || !this.#free()) return;
    this.#write(pending.composed, pending);
    if (!pending.silent) await this.rounds.draw();
  }

  async edit(index: number, content: string): Promise<void> {
    const { shown } = this.#state;
    if (shown === null || !this.#free()) return;
    const turns = turnsOf(shown);
    const turn = turns[index];
    if (turn === undefined || turn.content === content) return;
    const changed = turns.with(index, rewritten(turn, content, this.#options.today()));
    if (turn.role === 'assistant') await this.#rewrite(changed, {});
    else await this.#replyAnew(changed, index);
  }

  async editSummary(summary: string): Promise<void> {
    const { shown } = this.#state;
    if (shown !== null && this.#free()) await this.#rewrite(turnsOf(shown), { summary });
  }

  /** The text says what the person says; nothing is drawn. */
  async #rewrite(turns: readonly Turn[], part: Partial<Conversation>): Promise<void> {
    const last = turns.at(-1);
    const open = last?.role === 'assistant';
    const conversation = { ...this.#conversation(open ? turns.slice(0, -1) : turns), ...part };
    await this.#put(conversation, { aside: true, reply: open ? last : null, silent: true });
  }

  async regenerate(index: number): Promise<void> {
    const { shown } = this.#state;
    if (shown === null || !this.#free()) return;
    await this.#replyAnew(turnsOf(shown), index);
  }

  /** Another reply to the turn, or in its place, on a branch of its own. */
  async #replyAnew(turns: readonly Turn[], index: number): Promise<void> {
    const before = this.#conversation(turns.slice(0, replyPlace(turns, index)));
    if (await this.#put(before, { aside: true })) await this.rounds.draw();
  }

  async goOn(): Promise<void> {
    if (this.#state.shown === null || !this.#free()) return;
    if (this.rounds.waits) await this.rounds.follow();
    else if (await this.#draw(true)) await this.rounds.follow();
  }

  begin(): void {
    if (!this.#free()) return;
    this.dropPlan();
    const { document } = this.#options;
    if (document.getState().text !== '') document.getState().rewrite(0, [], true);
  }

  stop(): void {
    this.#abort?.abort();
    if (this.#state.status === 'asking') this.rounds.drop();
    this.#options.generation.getState().stop();
  }

  dropPlan(): void {
    this.#pending = null;
    this.#plans += 1;
    this.#set({ plan: null });
  }

  setSummary(summary: string): void {
    const { plan } = this.#state;
    if (plan === null) return;
    // What is typed stands there at once; what it comes to follows.
    this.#set({ plan: { ...plan, summary } });
    void this.#plan(summary);
  }

  async measure(): Promise<void> {
    const { client, scheduler, document } = this.#options;
    const { tokens, revision } = document.getState();
    if (tokens.length === 0 || !this.#free()) return;
    const asked = { tokens: idsOf(tokens), lengths: [tokens.length] };
    const abort = new AbortController();
    try {
      await scheduler.view(async signal => {
        for await (const { uncachedMs } of measureCache(client, asked, signal))
          this.#set({ uncached: { revision, tokens: tokens.length, ms: uncachedMs } });
      }, abort.signal);
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** The model writes what the oldest turns said; a person can change it before it is used. */
  async summarise(): Promise<void> {
    const pending = this.#pending;
    const { plan, setup } = this.#state;
    const ready = readyModel(this.#options);
    if (pending === null || plan === null || ready === null || !this.#free()) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#set({ status: 'summarising', trouble: null });
    try {
      const { client, scheduler, settings, render, today } = this.#options;
      const turns = pending.conversation.turns.slice(0, plan.turns);
      const written = writtenWith(ready.model, ready.tokenizer, setup, []);
      const asked = { ...pending.conversation, turns, room: plan.room };
      const context = { client, scheduler, render, settings: settings.getState().settings, now: today() };
      const summary = await summarise(context, { ...ready, written, asked, signal: abort.signal });
      if (typeof summary !== 'string') this.#set({ trouble: summary });
      // What a person has typed meanwhile stays.
      else if (this.#state.plan?.summary === plan.summary) await this.#plan(summary);
    } catch (thrown) {
      this.#failed(thrown);
    } finally {
      this.#set({ status: 'idle' });
    }
  }

  /** What the strategy would do, worked out anew. */
  #plan(summary: string | null): Promise<void> {
    this.#planning = this.#planAnew(summary);
    return this.#planning;
  }

  async #planAnew(summary: string | null): Promise<void> {
    const pending = this.#pending;
    if (pending === null) return;
    const { document } = this.#options;
    const { tokens, view } = document.getState();
    this.#plans += 1;
    const plans = this.#plans;
    const found = await planned({
      setup: this.#state.setup,
      conversation: pending.conversation,
      whole: pending.whole,
      room: promptRoom(this.#options),
      tokens,
      view,
      summary,
      compose: conversation => this.#compose(conversation),
    });
    // Another plan, or none, by now.
    if (this.#plans !== plans || this.#pending === null) return;
    if ('trouble' in found) {
      // Nothing is shown that could be applied.
      if (this.#state.plan === null) this.#pending = null;
      this.#set({ trouble: found.trouble });
      return;
    }
    this.#pending = { ...pending, composed: found.composed };
    this.#set({ plan: found.plan });
  }

  #conversation(turns: readonly Turn[]): Conversation {
    const { setup, shown } = this.#state;
    const { omitted = 0, summary = '' } = shown?.prompt ?? {};
    return { system: setup.system, turns, omitted: Math.min(omitted, turns.length - 1), summary };
  }

  /** Writes the prompt of `conversation` into the text, with the beginning of a reply. False: something stands in the way, and is said. */
  async #put(conversation: Conversation, written: Written): Promise<boolean> {
    this.dropPlan();
    const { document } = this.#options;
    const { revision } = document.getState();
    const outcome = await this.#compose(conversation);
    if ('trouble' in outcome) {
      this.#set({ trouble: outcome.trouble });
      return false;
    }
    // Another document, or words that were typed while the template was at work: they are not written over.
    if (document.getState().revision !== revision) {
      this.#set({ trouble: { kind: 'text', words: CHANGED } });
      return false;
    }
    const { composed } = outcome;
    const limit = tokensAllowed(this.#options.model.getState());
    if (limit > 0 && composed.tokens.length > promptRoom(this.#options)) {
      this.#pending = { ...written, conversation, whole: composed, composed: null };
      await this.#plan(null);
      return false;
    }
    this.#write(composed, written);
    return true;
  }

  async #compose(conversation: Conversation): Promise<Outcome> {
    const ready = readyModel(this.#options);
    if (ready === null) return { trouble: { kind: 'text', words: 'A conversation needs a model.' } };
    const { render, today, tools } = this.#options;
    const written = writtenWith(ready.model, ready.tokenizer, this.#state.setup, tools.getState().tools);
    // A summary that is being drawn has a Stop of its own until it ends.
    const { status } = this.#state;
    this.#set({ status: status === 'summarising' ? status : 'writing', trouble: null });
    try {
      return await compose(render, ready.tokenizer, written, conversation, today());
    } catch (thrown) {
      return { trouble: { kind: 'text', words: asNucleusError(thrown).message } };
    } finally {
      if (this.#state.status === 'writing') this.#set({ status: 'idle' });
    }
  }

  #write(composed: Composed, { aside = false, reply = null, sent = null }: Written): void {
    const { prompt, tokens: whole } = composed;
    const { document } = this.#options;
    const { tokens, view, tokenizer, finish, rewrite } = document.getState();
    if (tokenizer === null) return;
    finish();
    const all = reply === null ? whole : withReply(composed, tokenizer, reply);
    const { kept, added } = joined(tokens, view, all);
    this.#pending = null;
    const { prompts, draft } = this.#state;
    // What has been typed meanwhile is another message.
    const cleared = draft === sent ? { draft: '' } : {};
    this.#set({ prompts: withPrompt(prompts, prompt), plan: null, call: null, ...cleared });
    this.#own = true;
    try {
      rewrite(kept, added, aside);
    } finally {
      this.#own = false;
    }
    this.#look();
  }

  /** A reply, or more of it. False: a person stopped it, or it failed. */
  async #draw(goesOn: boolean): Promise<boolean> {
    const { generation } = this.#options;
    const ends = [...replyEnds(this.#state.shown, readyModel(this.#options)), ...this.rounds.ends];
    const prompt = this.#state.shown?.prompt.text;
    await generation.getState().reply(ends, goesOn);
    if (this.#state.shown?.prompt.text !== prompt) return false;
    this.#noteCost();
    const { status } = generation.getState();
    return status.kind === 'finished' && status.reason !== 'cancelled';
  }

  #noteCost(): void {
    const { shown, prompts } = this.#state;
    const { reused, computed, prefillMs, generated, tokensPerSecond } = this.#options.generation.getState().stats;
    if (shown === null || reused === null || computed === null) return;
    const prompt = {
      ...shown.prompt,
      cost: { reused, computed, prefillMs: prefillMs ?? 0, generated, tokensPerSecond },
    };
    this.#set({ prompts: withPrompt(prompts, prompt), shown: { ...shown, prompt } });
  }

  /** Nothing is under way. */
  #free(): boolean {
    return this.#state.status === 'idle' && !isRunning(this.#options.generation.getState().status);
  }

  #failed(thrown: unknown): void {
    const { code, message } = asNucleusError(thrown);
    if (code !== 'cancelled') this.#set({ trouble: { kind: 'text', words: message } });
  }
}
