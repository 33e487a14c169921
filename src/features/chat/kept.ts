// Conversations that a reload brings back. A text says by itself which of the kept prompts it begins with, so they belong to no document or tab.
import * as v from 'valibot';
import { ANSWERERS } from '../../stores/document/types.ts';
import type { KeptRecord } from '../shared/keptRecord.ts';
import { withPrompt } from './prompts.ts';
import { DEFAULT_SETUP } from './setup.ts';
import type { ChatState, ChatStore, Prompt } from './types.ts';

const TEXT = v.pipe(v.string(), v.maxLength(4_000_000));
const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const SPAN = v.object({ start: COUNT, end: COUNT });
const COST = v.object({
  reused: COUNT,
  computed: COUNT,
  prefillMs: v.number(),
  generated: COUNT,
  tokensPerSecond: v.nullable(v.number()),
});
const TOLD = v.object({
  command: v.pipe(v.string(), v.maxLength(128)),
  purpose: TEXT,
  by: v.picklist(ANSWERERS),
  source: TEXT,
  path: TEXT,
  ms: v.pipe(v.number(), v.minValue(0)),
  at: COUNT,
});
const TURN = v.pipe(
  v.object({
    role: v.picklist(['user', 'assistant', 'tool']),
    content: TEXT,
    controls: v.exactOptional(v.pipe(v.array(COUNT), v.maxLength(10_000))),
    told: v.exactOptional(TOLD),
  }),
  v.check(({ role, told }) => (role === 'tool') === (told !== undefined)),
);
const PROMPT = v.pipe(
  v.object({
    system: TEXT,
    turns: v.pipe(v.array(TURN), v.maxLength(10_000)),
    omitted: COUNT,
    summary: TEXT,
    windowed: COUNT,
    text: TEXT,
    spans: v.array(v.nullable(SPAN)),
    end: v.pipe(v.string(), v.maxLength(256)),
    cost: v.fallback(v.nullable(COST), null),
  }),
  v.check(({ text, turns, spans, omitted }) => {
    const within = spans.every(span => span === null || (span.start <= span.end && span.end <= text.length));
    return within && spans.length === turns.length && omitted <= turns.length;
  }),
);
const SETUP = v.object({
  system: v.fallback(TEXT, ''),
  template: v.fallback(v.pipe(v.string(), v.maxLength(64)), DEFAULT_SETUP.template),
  custom: v.fallback(v.nullable(TEXT), null),
  thinking: v.fallback(v.boolean(), true),
  tools: v.fallback(v.boolean(), false),
  strategy: v.fallback(v.picklist(['stop', 'drop', 'window', 'summary']), 'stop'),
  first: v.fallback(COUNT, DEFAULT_SETUP.first),
});
const RECORD = v.object({ setup: v.fallback(SETUP, DEFAULT_SETUP), prompts: v.array(v.unknown()) });

type Kept = Pick<ChatState, 'setup' | 'prompts'>;

/** An old, damaged or hostile record gives less, never an error. */
export function readKept(value: unknown): Kept | null {
  const record = v.safeParse(RECORD, value);
  if (!record.success) return null;
  const { setup, prompts } = record.output;
  const sound = prompts.flatMap(each => {
    const read = v.safeParse(PROMPT, each);
    return read.success ? [read.output] : [];
  });
  return { setup, prompts: joinedPrompts([], sound) };
}

function joinedPrompts(older: readonly Prompt[], newer: readonly Prompt[]): readonly Prompt[] {
  return newer.reduce(withPrompt, older);
}

/** Milliseconds between a change of the setup and its writing. */
const PAUSE_MS = 400;

/** Brings back what was kept, and keeps what comes. Returns the end of it. */
export function keepConversations(
  store: ChatStore,
  record: KeptRecord,
  later: (ms: number, callback: () => void) => () => void,
): () => void {
  let callOff: (() => void) | null = null;
  let ended = false;
  /** The setup as this page has read or written it last. */
  let known = DEFAULT_SETUP;
  const write = (): void => {
    callOff = null;
    const { setup, prompts } = store.getState();
    const chosen = setup !== known;
    // Another tab may have written meanwhile.
    const change = (value: unknown) => {
      const kept = readKept(value);
      return {
        setup: chosen ? setup : (kept?.setup ?? setup),
        prompts: joinedPrompts(kept?.prompts ?? [], prompts),
      };
    };
    const written = (): void => {
      if (chosen) known = setup;
    };
    // A browser that stores nothing keeps the conversation as long as the page.
    record.update(change).then(written, () => {});
  };
  const bring = async (): Promise<void> => {
    const kept = readKept(await record.read());
    if (ended || kept === null) return;
    const { setup, prompts, restore } = store.getState();
    known = kept.setup;
    restore(setup === DEFAULT_SETUP ? kept.setup : setup, joinedPrompts(kept.prompts, prompts));
  };
  bring().catch(() => {});
  const end = store.subscribe((now, before) => {
    if (now.setup === before.setup && now.prompts === before.prompts) return;
    callOff?.();
    // What is typed comes letter by letter, a prompt once.
    if (now.prompts !== before.prompts) write();
    else callOff = later(PAUSE_MS, write);
  });
  return () => {
    ended = true;
    end();
    if (callOff === null) return;
    callOff();
    write();
  };
}
