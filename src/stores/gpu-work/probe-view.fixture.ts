// Test support: a view of the inside that asks for one number of every position, and writes down all that it is told, on timers that the test moves on.
import { afterEach, beforeEach, vi } from 'vitest';
import { turn } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, type PageOptions, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { NucleusError } from '../../lib/error.ts';
import { sameIds, sharedLength } from '../document/sequence.ts';
import type { ProbeSpec } from './probe-spec.ts';
import type { ProbeState } from './probe-state.ts';
import { createProbeView, type ProbeView } from './probe-view.ts';

/** Asks for one number of every position of the text before the place: how often it has been asked for. */
interface Question {
  readonly ids: Uint32Array;
}

interface WatchedProbe {
  readonly page: Page;
  readonly view: ProbeView;
  states: ProbeState[];
  fetched: number[];
  models: string[];
  secondsEach: number;
  fail: NucleusError | null;
  /** Answers wait for the test to let them go, one at a time. */
  held: (() => void)[] | null;
  known: { ids: Uint32Array; values: number[] };
  shown: number[];
  measured: (number | null)[];
  readonly spec: () => ProbeSpec<Question, number, number>;
  readonly open: (options?: PageOptions) => Promise<void>;
  /** Time passes, and the engine takes its turns. */
  readonly pass: (ms: number) => Promise<void>;
  /** What the view said last. */
  readonly now: () => ProbeState;
  /** Tokens of the text. */
  readonly count: () => number;
  readonly append: (words: string) => void;
}

const nothingKnown = (): WatchedProbe['known'] => ({ ids: new Uint32Array(0), values: [] });

/** For the tests of one file. */
export function watchedProbe(): WatchedProbe {
  const spec = (): ProbeSpec<Question, number, number> => ({
    memory: ['lens'],
    tell: state => self.states.push(state),
    begin: (model, other) => {
      self.models.push(`${model.key} ${other ? 'other' : 'same'}`);
      if (other) self.known = nothingKnown();
    },
    hold: ({ ids: now }) => {
      self.known = { ids: now, values: self.known.values.slice(0, sharedLength(now, self.known.ids)) };
    },
    ask: ({ ids: all, place }) => {
      const before = place === 'end' ? all : all.subarray(0, place);
      return before.length === 0 ? { status: 'empty' } : { question: { ids: before } };
    },
    show: (_, question) => self.shown.push(question?.ids.length ?? -1),
    missing: ({ ids: wanted }) => Array.from(wanted.keys()).filter(at => self.known.values[at] === undefined),
    same: (a, b) => sameIds(a.ids, b.ids),
    covers: (under, now) => sharedLength(under.ids, now.ids) === now.ids.length,
    reads: (at, question) => question.ids.subarray(0, at + 1),
    seconds: pieces => pieces.length * self.secondsEach,
    fetch: async (at, _, signal) => {
      self.fetched.push(at);
      if (self.fail !== null) throw self.fail;
      if (self.held === null) await turn();
      else {
        await new Promise<void>((resolve, reject) => {
          self.held?.push(resolve);
          signal.addEventListener('abort', () => reject(new NucleusError('cancelled', 'ended')));
        });
      }
      return at;
    },
    accept: (at, _, question, ms) => {
      self.measured.push(ms);
      if (sharedLength(question.ids, self.known.ids) > at) self.known.values[at] = at;
    },
  });
  const pass = async (ms: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms);
    for (let i = 0; i < 40; i++) await turn();
  };
  let page: Page;
  let view: ProbeView;
  const fresh = () => ({
    states: [],
    fetched: [],
    models: [],
    shown: [],
    measured: [],
    secondsEach: 0,
    fail: null,
    held: null,
    known: nothingKnown(),
  });
  const self: WatchedProbe = {
    ...fresh(),
    get page() {
      return page;
    },
    get view() {
      return view;
    },
    spec,
    open: async (options = {}) => {
      page = await readyPage({ firstText: 'Once upon a time', ...options });
      await pass(1000);
      view = createProbeView(page, spec());
    },
    pass,
    now: () => self.states.at(-1) ?? { status: 'closed' },
    count: () => ids(page).length,
    append: words => {
      const { length } = text(page);
      page.document.getState().edit(length, length, words);
    },
  };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    Object.assign(self, fresh());
  });
  afterEach(() => {
    view.dispose();
    page.dispose();
    vi.useRealTimers();
  });
  return self;
}
