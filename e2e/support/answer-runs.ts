// Several answers at once, and each of them as a run of its own: what tests hold beside each other.
import { expect } from 'vitest';
import { answers } from '../../src/engine/answers.ts';
import { generate } from '../../src/engine/generate.ts';
import type { Session } from '../../src/engine/session.ts';
import type { BatchSteps } from '../../src/gpu/batch-runner.ts';
import type { KvCache } from '../../src/gpu/kv-cache.ts';
import type { Lent } from '../../src/gpu/readback.ts';
import { defined } from '../../src/lib/assert.ts';
import { type AnswerDraw, settingsOfAnswer } from '../../src/protocol/commands.ts';
import type { AnswerEndedEvent, AnswerTokenEvent, EngineEvent, TokenEvent } from '../../src/protocol/events.ts';
import { DEFAULT_SETTINGS, type GenerationSettings } from '../../src/sampling/settings.ts';

/** A letter of its own for every id. */
export const letterOf = (id: number): string => String.fromCodePoint(0x4e00 + id);
const BYTES = Array.from({ length: 300 }, (_, id) => new TextEncoder().encode(letterOf(id)));
const VOCABULARY = { bytes: BYTES, eosIds: [0] };
/** Of so many answers: two seeds, each with samples from 0. */
const drawsOf = (count: number): AnswerDraw[] =>
  Array.from({ length: count }, (_, i) => ({ seed: 11 + (i % 2), sample: i >> 1 }));
/** A cell of a grid each: one seed, temperatures from greedy on, and values of top-p. */
export const CELLS: readonly AnswerDraw[] = [0, 0.4, 1.3].flatMap(temperature =>
  [0.5, 1].map(top_p => ({ seed: 12, sample: 0, temperature, top_p })),
);
export const PROMPT = Uint32Array.from([5, 40, 7, 61]);
export const WARM: GenerationSettings = {
  ...DEFAULT_SETTINGS,
  temperature: 1.3,
  top_p: 0.9,
  max_new_tokens: 9,
  end_of_text: 'continue',
};

interface Told {
  readonly draws: readonly AnswerDraw[];
  readonly tokens: readonly AnswerTokenEvent[][];
  readonly ended: readonly AnswerEndedEvent[];
  readonly events: readonly EngineEvent[];
  /** Rows of every step that several answers took together. */
  readonly steps: readonly number[];
  /** What those steps were, in order. */
  readonly log: readonly Did[];
}

/** A step submitted with draws, the same behind draws that are not known yet, records that are back, and a step of whole rows. */
type Did = 'draw' | 'behind' | 'read' | 'rows';

interface How {
  readonly count?: number;
  readonly draws?: readonly AnswerDraw[];
  readonly tokens?: Uint32Array;
  /** Stopped after so many tokens, or before the first step. */
  readonly stopAfter?: number;
  /** Nothing is queued behind draws that are not known. */
  readonly waits?: boolean;
  /** The GPU draws for this lane by another u. */
  readonly aside?: number;
}

/** What draws them: of a model, or scripted. */
export interface Drawer {
  readonly session: Session;
  readonly batch: BatchSteps | null;
}

export async function tell({ session, batch }: Drawer, settings: GenerationSettings, how: How = {}): Promise<Told> {
  const { count = 5, tokens = PROMPT, stopAfter = Number.POSITIVE_INFINITY } = how;
  const { draws = drawsOf(count), waits = false, aside } = how;
  const steps: number[] = [];
  const log: Did[] = [];
  const watched = (record: Lent, place: number): Lent => ({
    ...record,
    read: async () => {
      const floats = await record.read();
      if (place === 0) log.push('read');
      return floats;
    },
  });
  const counting = batch && {
    prepare: (drawing: boolean) => batch.prepare(drawing),
    giveBack: () => batch.giveBack(),
    writeTouched: (...written: Parameters<typeof batch.writeTouched>) => batch.writeTouched(...written),
    draw: (...asked: Parameters<typeof batch.draw>) => {
      steps.push(asked[0].length);
      log.push(asked[0].some(({ follows }) => follows !== undefined) ? 'behind' : 'draw');
      const drawn = asked[0].map(each =>
        each.lane === aside ? { ...each, setting: { ...each.setting, u: 0 } } : each,
      );
      return batch.draw(drawn).map(watched);
    },
    rows: (...asked: Parameters<typeof batch.rows>) => {
      steps.push(asked[0].length);
      log.push('rows');
      return batch.rows(...asked);
    },
  };
  const controller = new AbortController();
  if (waits) session.rowsBehind = () => null;
  if (stopAfter === 0) controller.abort();
  const input = { run: 3, tokens, drawn: new Uint8Array(tokens.length), settings, draws };
  const all: AnswerTokenEvent[] = [];
  const ended: AnswerEndedEvent[] = [];
  const events: EngineEvent[] = [];
  const use = { session, batch: counting, vocabulary: VOCABULARY };
  try {
    for await (const event of answers(use, input, controller.signal)) {
      events.push(event);
      if (event.type === 'answer_ended') ended.push(event);
      if (event.type === 'answer_token' && all.push(event) === stopAfter) controller.abort();
    }
  } finally {
    if (waits) Reflect.deleteProperty(session, 'rowsBehind');
  }
  return {
    draws,
    tokens: Array.from({ length: draws.length }, (_, number) => all.filter(each => each.answer === number)),
    ended: ended.sort((a, b) => a.answer - b.answer),
    events,
    steps,
    log,
  };
}

/** The same answers as where every step waits for the draws of the last one: event by event, and in what is in the cache then. */
export async function expectAsWaiting(
  drawer: Drawer & { readonly cache: KvCache },
  settings: GenerationSettings,
  how: How = {},
): Promise<Told> {
  const { cache } = drawer;
  const left = async (waits: boolean) => {
    cache.clear();
    const told = await tell(drawer, settings, { ...how, waits });
    const events = told.events.map(event => ({ ...event, ms: 0 }));
    const texts = told.tokens.map(own => [...(how.tokens ?? PROMPT), ...own.map(({ id }) => id)]);
    return { told, left: { events, free: cache.free, found: texts.map(text => cache.reusable(text)) } };
  };
  const waiting = await left(true);
  const queued = await left(false);
  expect(waiting.told.log).not.toContain('behind');
  expect(queued.left).toEqual(waiting.left);
  return queued.told;
}

/** The same answer as a run of its own. */
async function alone({ session }: Drawer, settings: GenerationSettings, draw: AnswerDraw, tokens: Uint32Array) {
  const input = {
    run: 3,
    tokens,
    drawn: new Uint8Array(tokens.length),
    settings: settingsOfAnswer(settings, draw),
    seed: draw.seed,
    sample: draw.sample,
  };
  const events: EngineEvent[] = [];
  for await (const event of generate(session, VOCABULARY, input, new AbortController().signal)) events.push(event);
  const finished = events.at(-1);
  if (finished?.type !== 'finished') throw new Error('the last event is finished');
  return { tokens: events.flatMap(event => (event.type === 'token' ? [event] : [])), finished };
}

const placesOf = ({ position, id, u }: Omit<TokenEvent, 'type'>) => ({ position, id, u });
const numbersOf = ({ logit, rank, pAfter, topIds, topLogits }: Omit<TokenEvent, 'type'>) => ({
  ...{ logit, rank, topIds, topLogits },
  pAfter: pAfter.toFixed(5),
});

/** Each answer is that of a run of its own: ids and end, and where the kernels are `exact` logits to the last bit. */
export async function expectAlone(
  drawer: Drawer,
  settings: GenerationSettings,
  told: Told,
  tokens = PROMPT,
  exact = true,
): Promise<void> {
  for (const [number, own] of told.tokens.entries()) {
    const run = await alone(drawer, settings, defined(told.draws[number], 'a draw'), tokens);
    expect(own.map(placesOf)).toEqual(run.tokens.map(placesOf));
    if (exact) expect(own.map(numbersOf)).toEqual(run.tokens.map(numbersOf));
    const { reason, stop, piece, generated } = run.finished;
    expect(told.ended[number]).toMatchObject({ answer: number, reason, stop, piece, generated });
  }
}

/** Whether the answers are not all the same. */
export const differ = ({ tokens }: Told): boolean =>
  new Set(tokens.map(each => each.map(({ id }) => id).join())).size > 1;
