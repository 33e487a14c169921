// What a view shows is of the text, the place and the model as they are, or not there, or called outdated: looked at after every turn of a change.
import { createElement, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exactNumbers, rendered } from '../../e2e/support/rendered.ts';
import { turn } from '../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../e2e/support/scripted-page.ts';
import { settle } from '../../e2e/support/settle.ts';
import { Results } from '../features/ablation/Results.tsx';
import { gardener } from '../features/branches/growth.fixture.ts';
import { NodeFacts } from '../features/branches/NodeFacts.tsx';
import { useTree } from '../features/branches/useTree.ts';
import { FlowView } from '../features/flow/FlowView.tsx';
import { FollowView } from '../features/follow/FollowView.tsx';
import { probeAnswers } from '../features/follow/follow.fixture.ts';
import { Inspector } from '../features/probabilities/Inspector.tsx';
import { Pins } from '../features/text/Pins.tsx';
import { Surprises } from '../features/text/Surprises.tsx';
import { defined } from '../lib/assert.ts';
import { useDocument } from '../stores/react.ts';
import type { FollowStep } from '../stores/view.ts';
import { shippedJson } from '../tokenizer/texts.fixture.ts';

let page: Page;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  page.dispose();
  vi.useRealTimers();
});

/** Looks of `neverAgain`, and the milliseconds between two of them: together longer than a text rests before it is computed. */
const LOOKS = 24;
const BETWEEN_MS = 25;

interface View {
  readonly shown: () => ReactNode;
  /** Makes it show numbers. */
  open(): void;
  close(): void;
  /** Asks for what nobody gets unasked. */
  ask?(): Promise<void>;
  /** The whole text is its subject, not a place of it. */
  readonly wholeText?: true;
}

const tokenizer = () => defined(page.document.getState().tokenizer, 'tokenizer');

function AllOfText({ of: Part }: { of: typeof Pins }) {
  return <Part tokens={useDocument(s => s.tokens)} />;
}

function WithRange() {
  return <Surprises tokens={useDocument(s => s.tokens)} range="all" />;
}

/** Every node of the tree in full. */
function Tree() {
  const { layout } = useTree(0);
  return layout.nodes.map(placed => <NodeFacts key={placed.node.key} placed={placed} />);
}

const follow = (step: FollowStep): View => ({
  shown: () => <FollowView />,
  open: () => {
    page.view.getState().setFollowStep(step);
    page.follow.getState().enter();
  },
  close: () => page.follow.getState().leave(),
});

/** Positions whose top predictions the list of surprises wants. */
const everywhere = () => page.document.getState().tokens.map((_, position) => position);

const VIEWS: Readonly<Record<string, View>> = {
  'candidates and pins of the inspector': {
    shown: () => <Inspector />,
    open: () => page.pins.getState().pin(300),
    close: () => {},
  },
  'sampling steps of the inspector': {
    shown: () => <Inspector />,
    open: () => page.view.getState().setPanel('stages'),
    close: () => {},
  },
  'lines of pins': {
    shown: () => <AllOfText of={Pins} />,
    open: () => {
      page.pins.getState().pin(300);
      page.pinLines.getState().enter();
    },
    close: () => page.pinLines.getState().leave(),
  },
  'surprises and top predictions': {
    shown: () => <WithRange />,
    open: () => page.topPredictions.getState().want(everywhere()),
    close: () => page.topPredictions.getState().want([]),
    wholeText: true,
  },
  'a grown tree': {
    shown: () => <Tree />,
    open: () => {},
    close: () => {},
    ask: () => {
      page.growth.getState().change({ depth: 2, floor: 0.001 });
      return page.growth.getState().grow('end');
    },
    wholeText: true,
  },
  ablation: {
    shown: () => <Results tokenizer={tokenizer()} parts={1} />,
    open: () => {
      page.ablation.getState().enter();
      page.ablation.getState().toggle({ kind: 'mlp', layer: 0 });
    },
    close: () => page.ablation.getState().leave(),
  },
  'the whole model': {
    shown: () => <FlowView />,
    open: () => page.flow.getState().enter(),
    close: () => page.flow.getState().leave(),
  },
  'follow, embedding': follow('embed'),
  'follow, layers': follow('layers'),
  'follow, attention': follow('attention'),
  'follow, logits': follow('logits'),
  'follow, softmax': follow('softmax'),
  'follow, draw': follow('select'),
};

async function look(name: string): Promise<{ view: View; before: Set<string> }> {
  const view = defined(VIEWS[name], name);
  const [probes, grown] = [probeAnswers(), gardener()];
  page = await readyPage({
    intercept: (command, say) => probes.intercept(command, say) || grown.intercept(command, say),
  });
  await page.generation.getState().step();
  await settle();
  view.open();
  await settle();
  await view.ask?.();
  await settle();
  const before = numbers(view);
  expect(before.size).toBeGreaterThan(0);
  return { view, before };
}

/** What is told as true now: what says itself that it is outdated does not count. */
function numbers(view: View): Set<string> {
  const markup = rendered(page, createElement(view.shown));
  return markup.includes('data-current="false"') ? new Set() : exactNumbers(markup);
}

/** Until all has come to rest, none of the numbers of before is shown. Gives those that are there then. */
async function neverAgain(view: View, before: ReadonlySet<string>): Promise<Set<string>> {
  for (let i = 0; i < LOOKS; i++) {
    expect([...numbers(view)].filter(number => before.has(number))).toEqual([]);
    await vi.advanceTimersByTimeAsync(BETWEEN_MS);
    for (let k = 0; k < 4; k++) await turn();
  }
  await settle();
  const after = numbers(view);
  expect([...after].filter(number => before.has(number))).toEqual([]);
  return after;
}

const openOther = () => page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });

describe.each(Object.keys(VIEWS))('%s', name => {
  test('of another text', async () => {
    const { view, before } = await look(name);
    page.document.getState().edit(0, 4, 'Twice');
    const after = await neverAgain(view, before);
    if (view.ask === undefined) expect(after.size).toBeGreaterThan(0);
  });

  test.skipIf(VIEWS[name]?.wholeText)('of another place', async () => {
    const { view, before } = await look(name);
    page.document.getState().selectToken(4);
    expect((await neverAgain(view, before)).size).toBeGreaterThan(0);
  });

  test('of another model', async () => {
    const { view, before } = await look(name);
    await openOther();
    const after = await neverAgain(view, before);
    if (view.ask === undefined) expect(after.size).toBeGreaterThan(0);
  });

  test('of another model that came, and another text, while it was closed', async () => {
    const { view, before } = await look(name);
    view.close();
    await openOther();
    await settle();
    view.open();
    await neverAgain(view, before);
    view.close();
    const second = numbers(view);
    page.document.getState().edit(0, 4, 'Twice');
    await settle();
    view.open();
    await neverAgain(view, second);
  });
});

test('a token of one vocabulary is not the one looked at in another', async () => {
  const json = structuredClone(shippedJson('tokenizer.json'));
  const { vocab } = (json as { model: { vocab: Record<string, number> } }).model;
  const [a = 0, b = 0] = [vocab['Ġthe'], vocab['Ġand']];
  [vocab['Ġthe'], vocab['Ġand']] = [b, a];
  let swapped = false;
  page = await readyPage({
    get model() {
      return swapped ? { tokenizerJson: json } : {};
    },
  });
  const { view } = page;
  view.getState().follow(a);
  view.getState().selectCandidate(a);
  await page.model.getState().loadModel({ kind: 'hub', repo: 'of/the-same-words', revision: 'main' });
  expect(view.getState()).toMatchObject({ followed: a, candidate: a });
  swapped = true;
  await openOther();
  expect(view.getState()).toMatchObject({ followed: null, candidate: null });
});
