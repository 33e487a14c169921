// Sharing joined with the other stores: what comes in has a branch of its own, what was one's own comes back, a replay names what differs.
import { afterEach, describe, expect, test } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import { ids, makePage, type Page, type PageOptions, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import type { Command } from '../../protocol/commands.ts';
import { drawersOf, drawnByWords } from '../shared/drawnBy.ts';
import { writeLink } from './link.ts';
import { writeRunJson } from './runJson.ts';
import { type RunToShare, runToShare } from './sharedRun.ts';
import { isRunFile } from './store.ts';

const pages: Page[] = [];
async function visit(options: PageOptions = {}): Promise<Page> {
  const page = await readyPage(options);
  pages.push(page);
  return page;
}
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

/** A page that a link has opened a text in. */
async function opened(options: PageOptions): Promise<Page> {
  const page = await visit(options);
  await until(() => page.share.getState().opened !== null);
  return page;
}

/** A page that has drawn eight tokens at a temperature of its own, and a chosen one in between. */
async function drawn(): Promise<{ page: Page; run: RunToShare }> {
  const page = await visit();
  // A penalty counts what was drawn before, so a replay has to know which tokens were.
  page.settings.getState().change({ temperature: 1.2, max_new_tokens: 5, frequency_penalty: 2, top_k: 40 });
  await page.generation.getState().run();
  await page.generation.getState().continueFrom('end', 300);
  const run = runToShare(page);
  if (run === null) throw new Error('nothing to share');
  return { page, run };
}

const asFile = (page: Page, run: RunToShare, name = 'run.json'): File => {
  const { tokenizer } = page.document.getState();
  return new File([writeRunJson(run, 'chat.completion', id => tokenizer?.bytes(id) ?? new Uint8Array(), 0)], name);
};
const linkOf = async (run: RunToShare): Promise<string> => {
  const made = await writeLink(run);
  if (!made.ok) throw new Error('too long');
  return `#${made.fragment}`;
};
const generated = (page: Page): number => page.workers.flatMap(worker => worker.of('generate')).length;
const share = (page: Page) => page.share.getState();

describe('a link', () => {
  test('opens as a document of its own when the model is there, runs nothing, and leaves the own text as it was', async () => {
    const { run } = await drawn();
    const own = await visit({ firstText: 'My own words' });
    await own.generation.getState().run();
    const ownIds = ids(own);
    const { settings, seed } = own.settings.getState();
    await own.flush();

    const page = await opened({ memory: own.memory, link: await linkOf(run) });
    expect(text(page)).toBe(run.text);
    expect(ids(page)).toEqual(run.tokens.map(token => token.id));
    expect(page.document.getState().tokens.map(token => token.draw)).toEqual(run.tokens.map(token => token.draw));
    expect(page.settings.getState().settings).toEqual(run.settings);
    expect(share(page).opened).toMatchObject({ exact: true, from: 'link' });
    expect(page.view.getState().dialog).toBeNull();
    expect(generated(page)).toBe(0);

    await share(page).back();
    expect(ids(page)).toEqual(ownIds);
    expect(page.settings.getState()).toMatchObject({ settings, seed });
    expect(share(page).opened).toBeNull();
  });

  test('takes no step of the own text, which stays even where the shared one begins with all of it', async () => {
    const { run } = await drawn();
    const page = await opened({ link: await linkOf(run) });
    expect(page.document.getState()).toMatchObject({ canUndo: null });
    expect(page.document.getState().branches).toHaveLength(1);
    expect(run.text.startsWith('Once upon a time there was a small')).toBe(true);
    await share(page).back();
    expect(text(page)).toBe('Once upon a time there was a small');
    expect(page.settings.getState().settings.temperature).toBe(0.8);
    const empty = await opened({ firstText: '', link: await linkOf(run) });
    await share(empty).back();
    expect(text(empty)).toBe('');
  });

  test('is kept as a document, beside the own one, over a reload', async () => {
    const { run } = await drawn();
    const own = await visit({ firstText: 'My own words' });
    own.document.getState().edit(0, 0, 'All ');
    await own.flush();
    const page = await opened({ memory: own.memory, link: await linkOf(run) });
    await page.flush();
    const again = await visit({ memory: own.memory });
    expect(text(again)).toBe(run.text);
    const listed = (await again.documents.getState().acts?.list()) ?? [];
    expect(listed.map(({ words }) => words)).toContain('All My own words');
    expect(listed).toHaveLength(2);
  });

  test('of another vocabulary asks; opened all the same its ids are made anew and its bias stays away', async () => {
    const { run } = await drawn();
    const other = { ...run, fingerprint: 'another', settings: { ...run.settings, logit_bias: [{ id: 5, bias: 3 }] } };
    const page = await visit({
      link: await linkOf({ ...other, model: { ...run.model, key: 'hub/owner/large@main' } }),
    });
    expect(page.view.getState().dialog).toBe('share');
    expect(share(page).pane).toBe('open');
    expect(text(page)).not.toBe(run.text);
    await share(page).open();
    expect(text(page)).toBe(run.text);
    expect(share(page).opened?.exact).toBe(false);
    expect(page.document.getState().tokens.every(token => token.origin === 'typed')).toBe(true);
    expect(page.settings.getState().settings.logit_bias).toEqual([]);
  });

  test('asks for its model only when a person does, and opens when that is there', async () => {
    const { run } = await drawn();
    const key = 'hub/owner/large@main';
    const page = await visit({ link: await linkOf({ ...run, fingerprint: 'another', model: { ...run.model, key } }) });
    const asked = (type: Command['type']) => page.workers.flatMap(worker => worker.of(type)).length;
    expect(asked('inspect')).toBe(0);
    expect(asked('load')).toBe(1);
    share(page).loadNeeded();
    expect(page.view.getState().dialog).toBe('models');
    expect(asked('inspect')).toBe(1);
  });

  test('waits for a model that is on its way', async () => {
    const { run } = await drawn();
    const page = makePage({ link: await linkOf(run) });
    pages.push(page);
    const meanwhile: string[] = [];
    page.share.subscribe(({ waiting }) => {
      if (waiting) meanwhile.push(text(page));
    });
    await page.start();
    await until(() => share(page).opened !== null);
    expect(new Set(meanwhile)).toEqual(new Set(['Once upon a time there was a small']));
    expect(share(page).waiting).toBe(false);
    expect(text(page)).toBe(run.text);
  });

  test('opened twice at once makes one document, and the way back is to the own text from any number of them', async () => {
    const { run } = await drawn();
    const page = await opened({ link: await linkOf(run) });
    const own = share(page).opened?.before.document;
    const shared = page.documents.getState().id;
    await Promise.all([share(page).open(), share(page).open()]);
    expect(page.documents.getState().id).not.toBe(shared);
    const listed = (await page.documents.getState().acts?.list()) ?? [];
    expect(listed.filter(({ words }) => run.text.startsWith(words.slice(0, 20)))).toHaveLength(2);
    expect(share(page).opened?.before.document).toBe(own);
    await share(page).back();
    expect(page.documents.getState().id).toBe(own);
    expect(text(page)).toBe('Once upon a time there was a small');
  });

  test('the way back brings the own settings as they are kept by now, and changes none where it leads nowhere', async () => {
    const { run } = await drawn();
    const own = await visit({ firstText: 'My own words' });
    own.document.getState().edit(0, 0, 'All ');
    await own.flush();
    const page = await opened({ memory: own.memory, link: await linkOf(run) });
    const { before, document } = share(page).opened ?? {};
    const { acts } = page.documents.getState();
    await acts?.open(before?.document ?? '');
    page.document.getState().edit(0, 0, 'And ');
    page.settings.getState().change({ temperature: 0.33 });
    await acts?.open(document ?? '');
    await share(page).back();
    expect(text(page)).toBe('And All My own words');
    expect(page.settings.getState().settings.temperature).toBe(0.33);

    await share(page).open();
    page.documents.setState(state => ({ acts: state.acts && { ...state.acts, open: () => Promise.resolve(false) } }));
    const { opened: shown } = share(page);
    await share(page).back();
    expect(share(page).opened).toBe(shown);
    expect(page.settings.getState().settings).toEqual(run.settings);
  });

  test('asks in sight before what cannot be kept is lost; another model by then makes its ids anew, and the way back stays where it is not gone', async () => {
    const { run } = await drawn();
    const page = await visit();
    await share(page).receive(
      await linkOf({ ...run, settings: { ...run.settings, logit_bias: [{ id: 5, bias: 3 }] } }),
    );
    await until(() => share(page).opened !== null);
    const { opened: first } = share(page);
    page.memory.set = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const asks = () => until(() => page.documents.getState().notice?.kind === 'unkept');
    page.document.getState().edit(0, 0, 'New ');
    const back = share(page).back();
    await asks();
    page.documents.getState().acts?.dismiss();
    await back;
    expect(share(page).opened).toBe(first);

    page.view.getState().open('share');
    const opening = share(page).open();
    await asks();
    expect(page.view.getState().dialog).toBeNull();
    const { tokenizer } = page.document.getState();
    if (tokenizer === null) throw new Error('a model is there');
    const other = Object.create(tokenizer, { fingerprint: { value: 'other' } });
    page.document.getState().setTokenizer(other, false);
    page.documents.getState().acts?.loseIt();
    await opening;
    expect(share(page).opened?.exact).toBe(false);
    expect(page.document.getState().tokens.every(token => token.origin === 'typed')).toBe(true);
    expect(page.settings.getState().settings.logit_bias).toEqual([]);
  });

  test('that is overtaken by a file does not open the file', async () => {
    const { page, run } = await drawn();
    const before = text(page);
    const link = share(page).receive(await linkOf(run));
    await Promise.all([link, share(page).readFile(asFile(page, run))]);
    expect(share(page).incoming).toMatchObject({ status: 'ready', from: 'file' });
    await page.model.getState().loadModel({ kind: 'hub', repo: 'owner/other', revision: 'main' });
    await turn();
    expect(share(page).opened).toBeNull();
    expect(text(page)).toBe(before);
  });

  test('whose model was looked at and not loaded does not open with the next one', async () => {
    const { run } = await drawn();
    const key = 'hub/owner/large@main';
    const page = await visit({ link: await linkOf({ ...run, fingerprint: 'another', model: { ...run.model, key } }) });
    const before = text(page);
    share(page).loadNeeded();
    page.view.getState().close();
    await turn();
    await page.model.getState().loadModel({ kind: 'hub', repo: 'owner/other', revision: 'main' });
    await turn();
    expect(page.view.getState().dialog).toBeNull();
    expect(text(page)).toBe(before);
  });

  test('that is damaged is said, and the own text stands', async () => {
    const { run } = await drawn();
    const link = await linkOf(run);
    const page = await visit({ link: link.slice(0, -30) });
    expect(share(page).incoming).toMatchObject({ status: 'refused', problem: { kind: 'unreadable' } });
    expect(page.view.getState().dialog).toBe('share');
    expect(text(page)).toBe('Once upon a time there was a small');
  });

  test('is made for the text as it stands, and forgotten with it', async () => {
    const { page } = await drawn();
    await share(page).makeLink();
    expect(share(page).link.status).toBe('ready');
    page.document.getState().setText('Another');
    expect(share(page).link.status).toBe('none');
    page.document.getState().setText(Array.from({ length: 9000 }, (_, i) => Math.imul(i, 40503) % 9973).join(' '));
    await share(page).makeLink();
    expect(share(page).link.status).toBe('too_long');
  });
});

describe('a file', () => {
  test('is read to its end while a link is made, and the link too', async () => {
    const { page, run } = await drawn();
    const file = asFile(page, run);
    await Promise.all([share(page).readFile(file), share(page).makeLink()]);
    expect(share(page).incoming.status).toBe('ready');
    expect(share(page).link.status).toBe('ready');
  });

  test('is shown first and changes nothing; a damaged one says where', async () => {
    const { page, run } = await drawn();
    const before = page.document.getState().tokens;
    await share(page).readFile(asFile(page, run));
    expect(share(page).incoming).toMatchObject({ status: 'ready', name: 'run.json', from: 'file' });
    expect(page.document.getState().tokens).toBe(before);
    await share(page).readFile(new File(['{"format":"nucleus.run","version":1}'], 'bad.json'));
    expect(share(page).incoming).toMatchObject({ status: 'refused', problem: { kind: 'unsound', where: 'model' } });
  });

  test('one JSON file alone is a run, those of a model are not', () => {
    expect(isRunFile([{ name: 'nucleus-run.json' }])).toBe(true);
    for (const names of [['config.json'], ['model.safetensors.index.json'], ['a.json', 'b.json'], ['a.txt'], []]) {
      expect(isRunFile(names.map(name => ({ name })))).toBe(false);
    }
  });
});

describe('under another model', () => {
  test('what was drawn keeps the name of its model, in files and links, beside the one whose numbers are shown', async () => {
    const { page } = await drawn();
    const first = runToShare(page);
    const drewIt = { name: first?.model.name, digest: first?.model.digest };
    await page.model.getState().loadModel({ kind: 'hub', repo: 'owner/other', revision: 'main' });
    const run = runToShare(page);
    if (run === null) throw new Error('nothing to share');
    expect(run.model.digest).not.toBe(drewIt.digest);
    const file = JSON.parse(await asFile(page, run).text());
    expect(file.nucleus.draw_models).toEqual([drewIt]);
    expect(file.nucleus.model.digest).toBe(run.model.digest);
    await share(page).receive(await linkOf(run));
    const { incoming } = share(page);
    const drawers = incoming.status === 'ready' ? drawersOf(incoming.run.tokens) : [];
    expect(drawers).toEqual([drewIt]);
    expect(drawnByWords(drawers, run.model)).toMatch(/^drawn by .*; numbers shown are of /);
  });
});

describe('a replay', () => {
  test('of the same run: all drawn tokens agree, and the text is not touched', async () => {
    const { page, run } = await drawn();
    await share(page).readFile(asFile(page, run));
    const before = page.document.getState();
    await share(page).replay();
    expect(share(page).task.status).toBe('done');
    expect(share(page).outcome).toMatchObject({ agreed: 10, total: 10, difference: null, ended: null });
    expect(share(page).outcome?.worst).toBeLessThan(1e-9);
    expect(page.document.getState()).toBe(before);
    expect(page.settings.getState().settings).toEqual(run.settings);
  });

  test('of steps that hang on the text and on a coin agrees too, from its first token and from any other', async () => {
    const page = await visit();
    page.settings.getState().change({
      ...{ max_new_tokens: 5, mirostat_tau: 3, mirostat_eta: 0.6, xtc_probability: 0.5, xtc_threshold: 0.01 },
      ...{ dry_multiplier: 2, repeat_last_n: 3, presence_penalty: 1, penalties_count: 'all' },
      ...{ guidance_scale: 1.5, negative_prompt: 'never' },
    });
    await page.generation.getState().run();
    await page.generation.getState().run();
    const run = runToShare(page);
    if (run === null) throw new Error('nothing to share');
    const opened = await visit({ link: await linkOf(run) });
    await share(opened).replay();
    expect(share(opened).outcome).toMatchObject({ agreed: 10, total: 10, difference: null });
    // Each run of the replay knew what mirostat had drawn before it.
    const sent = opened.workers.flatMap(worker => worker.of('generate'));
    const known = sent.map(({ pAfter }) => pAfter?.filter(p => p > 0).length);
    // What is more urgent may part one: it goes on behind what was drawn.
    expect(known).toEqual(sent.map(({ drawn }) => drawn.filter(mark => mark === 1).length));
    expect(known[0]).toBe(0);
    expect(known).toContain(5);
  });

  test('under another seed: the first token that differs, with both its probabilities', async () => {
    const { page, run } = await drawn();
    const other = run.tokens.map(token => (token.draw ? { ...token, draw: { ...token.draw, seed: 5 } } : token));
    await share(page).readFile(asFile(page, { ...run, tokens: other }));
    await share(page).replay();
    const { agreed = -1, difference } = share(page).outcome ?? {};
    if (!difference) throw new Error('nothing differs');
    const start = run.tokens.findIndex(token => token.draw);
    expect(difference.position).toBe(start + agreed);
    const expected = run.tokens[difference.position];
    expect(difference.expected).toEqual({
      id: expected?.id,
      before: Math.exp(expected?.stats?.logprob ?? 0),
      after: expected?.draw?.pAfter,
    });
    expect(difference.got.id).not.toBe(expected?.id);
    expect(difference.got.before).toBeGreaterThan(0);
    expect(difference.got.after).toBeGreaterThan(0);
  });

  test('gives way to a run and goes on behind the tokens that agreed; it can be stopped', async () => {
    const { page, run } = await drawn();
    await share(page).readFile(asFile(page, run));
    const replayed = share(page).replay();
    await until(() => share(page).task.done >= 2);
    const running = page.generation.getState().step();
    await Promise.all([replayed, running]);
    expect(share(page).outcome).toMatchObject({ agreed: 10, total: 10, difference: null });

    const again = share(page).replay();
    await until(() => share(page).task.done >= 1);
    share(page).stopReplay();
    await again;
    await turn();
    expect(share(page).task.status).toBe('stopped');
    expect(share(page).outcome).toBeNull();
  });

  test('leaves out draws whose text before them has changed', async () => {
    const { page } = await drawn();
    page.document.getState().edit(0, 0, 'X');
    const run = runToShare(page);
    if (run === null) throw new Error('nothing');
    await share(page).readFile(asFile(page, run));
    await share(page).replay();
    expect(share(page).outcome).toMatchObject({ agreed: 0, total: 0 });
  });
});
