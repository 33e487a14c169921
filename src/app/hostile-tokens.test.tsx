// A model whose tokens are markup, marks of direction, controls, piles of marks and broken bytes: wherever they are shown they are text, and they reach no further than their place.
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HOSTILE, hostileTokenizerJson } from '../../e2e/support/hostile-tokens.ts';
import { rendered } from '../../e2e/support/rendered.ts';
import { type Page, readyPage, text } from '../../e2e/support/scripted-page.ts';
import { settle } from '../../e2e/support/settle.ts';
import { Ablation } from '../features/ablation/Ablation.tsx';
import { Answers } from '../features/answers/Answers.tsx';
import { Attention } from '../features/attention/Attention.tsx';
import { Branches } from '../features/branches/Branches.tsx';
import { gardener } from '../features/branches/growth.fixture.ts';
import { NodeFacts } from '../features/branches/NodeFacts.tsx';
import { useTree } from '../features/branches/useTree.ts';
import { Chat } from '../features/chat/Chat.tsx';
import { chatStore } from '../features/chat/store.ts';
import { Compare } from '../features/compare/Compare.tsx';
import { DocumentRow } from '../features/documents/DocumentRow.tsx';
import { DocumentTitle } from '../features/documents/DocumentTitle.tsx';
import { fileName } from '../features/documents/FileButtons.tsx';
import { PaintedBlock } from '../features/editor/Piece.tsx';
import { blocksOf, cutSegments, NO_SEGMENTS } from '../features/editor/segments.ts';
import { FlowView } from '../features/flow/FlowView.tsx';
import { FollowView } from '../features/follow/FollowView.tsx';
import { probeAnswers } from '../features/follow/follow.fixture.ts';
import { Lens } from '../features/lens/Lens.tsx';
import { nameOf } from '../features/presets/preset.ts';
import { Inspector } from '../features/probabilities/Inspector.tsx';
import { SelectedStrip } from '../features/probabilities/SelectedStrip.tsx';
import { Search } from '../features/search/Search.tsx';
import { Settings } from '../features/settings/Settings.tsx';
import { writeLink } from '../features/share/link.ts';
import { OpenPane } from '../features/share/OpenPane.tsx';
import { Share } from '../features/share/Share.tsx';
import { runToShare } from '../features/share/sharedRun.ts';
import { TextView } from '../features/text/TextView.tsx';
import { cardStore } from '../features/word/store.ts';
import { WordCard } from '../features/word/WordCard.tsx';
import { defined } from '../lib/assert.ts';
import { cleanName } from '../stores/document/branches.ts';
import { useDocument } from '../stores/react.ts';
import { list } from '../stores/saved/documents.fixture.ts';
import { cleanTitle, firstWords, titleOf } from '../stores/saved/title.ts';
import { FOLLOW_STEPS } from '../stores/view.ts';

let page: Page;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await open();
});
afterEach(() => {
  page.dispose();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page with typed text that is hostile too, and tokens drawn from the vocabulary. */
async function open(): Promise<void> {
  const [probes, grown] = [probeAnswers(), gardener()];
  page = await readyPage({
    model: { tokenizerJson: hostileTokenizerJson(), eosIds: [], defaults: { temperature: 1.4, max_new_tokens: 24 } },
    intercept: (command, say) => probes.intercept(command, say) || grown.intercept(command, say),
    firstText: 'ab',
  });
  await page.generation.getState().run();
  await settle();
  expect(text(page).length).toBeGreaterThan(1000);
}

/** Text that may be shown as it is: it has lines of its own there. */
const RUNNING = /^<(?:p [^>]*translate="no"|pre|textarea|div [^>]*data-testid="overlay")/;
const TAG = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>/g;
const VOID = new Set(['input', 'br', 'hr', 'wbr', 'img', 'col']);
/** An isolate that is closed again steers nothing. */
const CLOSED = /\u2068[^\u2066-\u2069\u202a-\u202e]*\u2069/g;
const STEERS = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;
const UNSEEN =
  /(?![\n\t])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u115f\u1160\u3164\u180e\u200b\u2060\ufeff\ufdd0\ufffe\u{e0000}-\u{e007f}]|\u034f/u;
const PILE = /\p{M}{9}/u;
/** Elements that no view has, and attributes that React does not write: a token would have become markup. */
const STRANGE = /^(?:script|img|iframe|object|embed|link|style|base)$/;

function faultOf(shown: string): string | null {
  const plain = shown.replaceAll(CLOSED, '');
  if (STEERS.test(plain)) return 'steers what is beside it';
  if (UNSEEN.test(plain)) return 'has what is not seen';
  return PILE.test(plain) ? 'has a pile of marks' : null;
}

/** Each text and attribute of the markup outside of running text that is more than itself. */
function faultsOf(markup: string): string[] {
  const faults: string[] = [];
  const look = (where: string, shown: string): void => {
    const fault = faultOf(shown);
    if (fault !== null) faults.push(`${where} ${fault}: ${JSON.stringify(shown.slice(0, 80))}`);
  };
  const open: { readonly name: string; readonly running: boolean }[] = [];
  let end = 0;
  for (const match of markup.matchAll(TAG)) {
    const [tag, closes = '', name = '', attributes = '', alone = ''] = match;
    const running = open.at(-1)?.running ?? false;
    if (!running) look(open.at(-1)?.name ?? 'page', markup.slice(end, match.index));
    end = match.index + tag.length;
    if (closes !== '') {
      expect(open.pop()?.name).toBe(name);
      continue;
    }
    const names = attributes.replaceAll(/"[^"]*"/g, '""');
    const leads = /\s(?:href|src|action)="\s*javascript:/i.test(attributes);
    if (leads || STRANGE.test(name) || /\s(?:on\w*|autofocus)=/i.test(names)) faults.push(`markup: ${tag}`);
    look(`attribute of ${name}`, attributes.replaceAll(/ value="[^"]*"/g, ''));
    if (alone === '' && !VOID.has(name)) open.push({ name, running: running || RUNNING.test(tag) });
  }
  expect(open).toEqual([]);
  expect(markup.replaceAll(TAG, '')).not.toMatch(/[<>]/);
  return faults;
}

function check(element: ReactNode, least = 1, also: object = {}): void {
  vi.stubGlobal('devicePixelRatio', 1);
  vi.stubGlobal('location', { href: 'https://page.test/' });
  vi.stubGlobal('navigator', { platform: 'Linux' });
  const markup = rendered({ ...page, ...also }, element);
  expect([...new Set(faultsOf(markup))]).toEqual([]);
  const shown = markup.match(
    /globalThis|U\+[0-9A-F]{4}|gnp\.exe|\+\d+ marks|open (?:isolates|embeddings)|marks of|long|etc\/passwd|CON:|zero|line|中中|FF FF|F0 9F|ED A0|C0 80|�/g,
  );
  expect(shown?.length ?? 0).toBeGreaterThanOrEqual(least);
}

test('the check finds what it is for', () => {
  expect(faultsOf('<b title="a\u202eb">x</b>')).toHaveLength(1);
  expect(faultsOf('<b>\u2067x</b><i>\u2068\u05d0\u2069</i>')).toHaveLength(1);
  expect(faultsOf(`<b>a${'\u0301'.repeat(9)}</b><b>\u200b</b>`)).toHaveLength(2);
  expect(faultsOf('<p class="x" translate="no"><b>\u202e</b></p>')).toEqual([]);
});

/** Every node of the tree in full. */
function Tree() {
  const { layout } = useTree(0);
  return layout.nodes.map(placed => <NodeFacts key={placed.node.key} placed={placed} />);
}

function Painted() {
  const { tokens, view } = useDocument(s => s);
  const painting = { tokens, view, selected: 3, tint: 'probability', attentionTint: null, limit: 20 } as const;
  return (
    <div data-testid="overlay">
      {blocksOf(cutSegments(NO_SEGMENTS, tokens, view).list).map((block, i) => (
        <PaintedBlock
          key={block[0]?.id ?? i}
          block={block}
          from={0}
          to={block.length}
          first={0}
          painting={i === 0 ? painting : null}
        />
      ))}
    </div>
  );
}

const VIEWS: Readonly<Record<string, () => Promise<void> | void>> = {
  'the painted text': () => check(<Painted />, 5),
  'candidates, pins, the selected token': async () => {
    for (const id of [256, 262, 263, 268, 269, 284]) page.pins.getState().pin(id);
    page.document.getState().selectToken(5);
    await settle();
    check(<Inspector />, 5);
    check(<SelectedStrip />);
    page.view.getState().setPanel('stages');
    page.view.getState().follow(262);
    check(<Inspector />, 3);
  },
  'the text in numbers, with pins': async () => {
    for (const id of [256, 262, 263, 268, 269, 284]) page.pins.getState().pin(id);
    page.pinLines.getState().enter();
    page.topPredictions.getState().want(page.document.getState().tokens.map((_, at) => at));
    await settle();
    check(<TextView />, 5);
  },
  'the card of a token': async () => {
    for (const place of [2, 6, 12, 'end'] as const) {
      cardStore
        .of(page)
        .getState()
        .show({ place, by: 'pointer', boxes: [{ left: 0, top: 0, width: 9, height: 9 }] });
      await settle();
      check(<WordCard />, 1, { card: cardStore.of(page) });
    }
  },
  lens: async () => {
    page.lens.getState().enter();
    page.lens.getState().ask(262);
    await settle();
    page.lens.getState().pick(0, 4);
    await settle();
    check(<Lens />, 3);
  },
  attention: async () => {
    page.attention.getState().enter();
    await settle();
    check(<Attention />, 3);
    page.attention.getState().setPanel('map');
    await settle();
    check(<Attention />);
  },
  ablation: async () => {
    page.ablation.getState().enter();
    page.ablation.getState().toggle({ kind: 'mlp', layer: 0 });
    await settle();
    check(<Ablation />, 3);
  },
  'the whole model': async () => {
    page.flow.getState().enter();
    await settle();
    check(<FlowView />);
  },
  follow: async () => {
    page.follow.getState().enter();
    for (const step of FOLLOW_STEPS) {
      page.view.getState().setFollowStep(step);
      await settle();
      check(<FollowView />, 0);
    }
    check(<FollowView />);
  },
  'branches, also a grown tree': async () => {
    page.document.getState().choose(4, 262);
    page.document.getState().renameBranch(page.document.getState().branch, 'b\u202egnp.exe');
    page.growth.getState().change({ depth: 2, floor: 0.001 });
    await page.growth.getState().grow('end');
    await settle();
    check(<Branches />, 2);
    check(<Tree />, 2);
  },
  answers: async () => {
    page.answers.getState().setCount(3);
    await page.answers.getState().draw();
    await settle();
    check(<Answers />, 2);
  },
  'columns and a grid': async () => {
    const { columns, run, look } = page.compare.getState();
    await run(columns.map(({ id }) => id));
    await look(2);
    await settle();
    check(<Compare />, 2);
  },
  'a search': async () => {
    await page.search.getState().start();
    await settle();
    check(<Search />, 2);
  },
  'turns of a chat': () => {
    const chat = chatStore.of(page);
    const told = text(page);
    page.document.getState().setText(`User: ${HOSTILE.join(' ')}\nAssistant:${told}`);
    const content = HOSTILE.join(' ').toWellFormed();
    const prompt = {
      system: '',
      turns: [{ role: 'user', content }],
      omitted: 0,
      summary: '',
      windowed: 0,
      text: `User: ${content}\nAssistant:`,
      spans: [{ start: 6, end: 6 + content.length }],
      end: '\nUser:',
      cost: null,
    } as const;
    for (const markdown of [false, true]) {
      chat.getState().setMarkdown(markdown);
      chat.getState().restore(chat.getState().setup, [prompt]);
      check(<Chat />, 2, { chat });
    }
  },
  documents: async () => {
    await page.documents.getState().acts?.rename(page.documents.getState().id, 'c\u202egnp.exe');
    for (const each of HOSTILE) await page.documents.getState().acts?.create({ text: each, keep: true });
    await page.flush();
    await settle();
    const listed = await list(page);
    expect(listed.length).toBeGreaterThan(HOSTILE.length / 2);
    check(
      listed.map(each => <DocumentRow key={each.id} listed={each} open={false} now={0} onOpen={() => {}} />),
      5,
    );
    check(<DocumentTitle />, 0);
  },
  'settings, presets, share': async () => {
    page.settings
      .getState()
      .change({ stop: HOSTILE.slice(0, 4), logit_bias: [262, 263, 268].map(id => ({ id, bias: 1 })) });
    check(<Settings />, 2);
    check(<Share />, 0);
    await page.share.getState().makeLink();
    check(<Share />, 0);
  },
};

describe('nothing but text, which keeps to its place:', () => {
  test.each(Object.entries(VIEWS))('%s', async (_, look) => {
    await look();
  });
});

test('titles and names say what can be read, on one line', () => {
  for (const each of HOSTILE) {
    for (const made of [firstWords(each), cleanTitle(each), cleanName(each), nameOf(each) ?? '', titleOf('', each)]) {
      expect(faultOf(made)).toBeNull();
      expect(made).not.toMatch(/[\n\t]/);
      expect(made.length).toBeLessThanOrEqual(121);
    }
  }
  expect(cleanTitle('user\u202egnp.exe')).toBe('usergnp.exe');
  expect(cleanTitle(`a${'\u0301'.repeat(300)}`)).toBe(`a${'\u0301'.repeat(8)}`);
  expect(firstWords('\u{1f600}'.repeat(60))).toBe(`${'\u{1f600}'.repeat(20)}…`);
  // What words are made with stays: joiners of Persian and of families, marks of Hindi.
  expect(cleanTitle('می\u200cخواهم 👨\u200d👩\u200d👧 क्षि')).toBe('می\u200cخواهم 👨\u200d👩\u200d👧 क्षि');
});

test('files are named with letters, numbers and dashes, whatever the title', () => {
  for (const each of HOSTILE) expect(fileName(cleanTitle(each))).toMatch(/^[\p{L}\p{N}-]{1,80}\.[a-z.]+$/u);
});

test('a link is plain characters, and what it brings is clean', async () => {
  const run = defined(runToShare(page), 'a run');
  const link = await writeLink({ ...run, model: { ...run.model, name: 'm\u202egnp.exe' } });
  if (!link.ok) throw new Error(`too long: ${link.length}`);
  expect(link.fragment).toMatch(/^share=1\.[\w-]+$/);
  await page.share.getState().receive(link.fragment);
  await settle();
  check(<OpenPane />, 0);
});
