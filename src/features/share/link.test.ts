// Links: what is written comes back, what was changed on the way is refused, and nothing small inflates to something large.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLink, MOST_LINK, writeLink } from './link.ts';
import { unknownSettings } from './reading.ts';
import { readLink } from './readLink.ts';
import { kept, runs } from './sharedRun.fixture.ts';

async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const deflated = new Uint8Array(await new Response(stream).arrayBuffer());
  return `share=1.${Buffer.from(deflated).toString('base64url')}`;
}
const ofJson = (json: string): Promise<string> => packed(new TextEncoder().encode(json));

describe('a link', () => {
  test('comes back with ids, origins, draws, settings, seeds, model and adapter', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async run => {
        const made = await writeLink(run);
        if (!made.ok) throw new Error('too long');
        expect(made.fragment).toMatch(/^share=1\.[A-Za-z0-9_-]+$/);
        expect(isLink(`#${made.fragment}`)).toBe(true);
        const read = await readLink(`#${made.fragment}`);
        if (!read.ok) throw new Error(JSON.stringify(read.problem));
        const { tokens, ...around } = read.value;
        const { tokens: written, finish: _, ...others } = run;
        expect(around).toEqual(others);
        expect(tokens.map(kept)).toEqual(written.map(kept));
      }),
      { numRuns: 100 },
    );
  });

  test('keeps settings that this page does not know, of the run and of a draw, and they are named', async () => {
    const [run] = fc.sample(runs, { numRuns: 1, seed: 3 });
    const typed = run?.tokens[0];
    if (run === undefined || typed === undefined) throw new Error('no sample');
    const settings = { ...run.settings, quadratic_sampling: 0.8 };
    const used = { ...run.settings, tail_free: [1, 2] };
    const draw = { settings: used, seed: 7, u: 0.5, pAfter: 0.25, outdated: false, model: run.model };
    const made = await writeLink({ ...run, settings, tokens: [...run.tokens, { ...typed, origin: 'drawn', draw }] });
    if (!made.ok) throw new Error('too long');
    const read = await readLink(`#${made.fragment}`);
    if (!read.ok) throw new Error(JSON.stringify(read.problem));
    const drawnWith = read.value.tokens.at(-1)?.draw?.settings;
    expect(read.value.settings).toEqual(settings);
    expect(drawnWith).toEqual(used);
    expect(unknownSettings([read.value.settings, ...(drawnWith ? [drawnWith] : [])])).toEqual([
      'quadratic_sampling',
      'tail_free',
    ]);
  });

  test('says how long it would be where there is no room', async () => {
    const [run] = fc.sample(runs, { numRuns: 1, seed: 3 });
    if (run === undefined) throw new Error('no sample');
    let noise = '';
    for (let i = 0; noise.length < 60_000; i++) noise += Math.imul(i, 0x9e3779b1).toString(36);
    const made = await writeLink({ ...run, text: noise });
    expect(made.ok).toBe(false);
    expect(!made.ok && made.length).toBeGreaterThan(MOST_LINK);
  });

  test('cut or changed anywhere it is refused or sound, never thrown', async () => {
    const [run] = fc.sample(runs, { numRuns: 1, seed: 5 });
    const made = run && (await writeLink(run));
    if (!made?.ok) throw new Error('no link');
    const { fragment } = made;
    await fc.assert(
      fc.asyncProperty(fc.nat(fragment.length - 1), fc.constantFrom('', 'A', '_', '%', '='), async (at, put) => {
        await readLink(fragment.slice(0, at) + put + (put === '' ? '' : fragment.slice(at + 1)));
      }),
      { numRuns: 200 },
    );
    expect(await readLink(fragment.slice(0, fragment.length / 2))).toEqual({
      ok: false,
      problem: { kind: 'unreadable' },
    });
  });

  test('is read where a sentence ends behind it, and with the escapes of other programs', async () => {
    const [run] = fc.sample(runs, { numRuns: 1, seed: 5 });
    const made = run && (await writeLink(run));
    if (!made?.ok || run === undefined) throw new Error('no link');
    const { fragment } = made;
    const escaped = fragment.replace('=', '%3D').replace('.', '%2E').replaceAll('-', '%2d');
    for (const [written, taken] of [
      [`${fragment}.`, true],
      [`${fragment})`, true],
      [`${fragment}).`, true],
      [`${fragment}”,`, true],
      [escaped, true],
      [`${escaped}%29`, true],
      [`${fragment}%`, false],
    ] as const) {
      expect(isLink(`#${written}`), written.slice(-8)).toBe(true);
      expect((await readLink(`#${written}`)).ok, written.slice(-8)).toBe(taken);
    }
    expect(isLink('#x%')).toBe(false);
  });

  test('of before draws named their model: what can be drawn again was drawn by its own', async () => {
    const [run] = fc.sample(runs, { numRuns: 1, seed: 9 });
    if (run === undefined) throw new Error('no sample');
    const { top_p: _, ...older } = run.settings;
    const packed = {
      t: 'a',
      i: [5, 6],
      o: 'dd',
      d: [
        { f: 0, n: 1, s: 1, c: 0, p: [0.5] },
        { f: 1, n: 1, s: 1, c: 0, p: [0.5], x: 1 },
      ],
      c: [older],
      s: older,
      k: '',
      l: null,
      m: { key: 'shipped/nucleus-3m', commit: '', name: 'nucleus-3m' },
      f: 'x',
      a: run.adapter,
    };
    const read = await readLink(await ofJson(JSON.stringify(packed)));
    if (!read.ok) throw new Error(JSON.stringify(read.problem));
    expect(read.value.tokens.map(({ draw }) => draw?.model)).toEqual([{ name: 'nucleus-3m', digest: '' }, null]);
    // A setting that the link does not name is off.
    expect(read.value.settings.top_p).toBe(1);
    expect(read.value.tokens[0]?.draw?.settings.top_p).toBe(1);
  });

  test('of a newer version says so', async () => {
    expect(await readLink('#share=2.AAAA')).toEqual({ ok: false, problem: { kind: 'newer', version: 2 } });
    expect(await readLink('#share=7.~~other~~')).toEqual({ ok: false, problem: { kind: 'newer', version: 7 } });
  });

  test('is bounded before and after inflating', async () => {
    expect(await readLink(`share=1.${'A'.repeat(MOST_LINK)}`)).toMatchObject({ problem: { kind: 'too_large' } });
    const bomb = await packed(new Uint8Array(16_000_000));
    expect(bomb.length).toBeLessThan(MOST_LINK);
    expect(await readLink(bomb)).toMatchObject({ ok: false, problem: { kind: 'too_large', limit: 1024 * 1024 } });
  });

  test('with hostile values is refused by their place', async () => {
    const [run] = fc.sample(runs, { numRuns: 1, seed: 9 });
    const made = run && (await writeLink(run));
    if (!made?.ok || run === undefined) throw new Error('no link');
    const sound = {
      t: 'a',
      i: [5],
      o: 't',
      d: [],
      c: [],
      s: run.settings,
      k: '',
      l: null,
      m: run.model,
      f: 'x',
      a: run.adapter,
    };
    expect((await readLink(await ofJson(JSON.stringify(sound)))).ok).toBe(true);
    const bad: readonly [object, string][] = [
      [{ i: [5.5] }, 'id of token 0'],
      [{ o: 'tt' }, 'origins'],
      [{ i: [5, 6] }, 'origins'],
      [{ t: 4 }, 'text'],
      [{ d: [{ f: 0, n: 1e9, s: 1, c: 0, p: [] }], c: [run.settings] }, 'draws 0'],
      [{ d: [{ f: 0, n: 1, s: 1, c: 3, p: [0.5] }], c: [run.settings] }, 'draws 0, settings'],
      [{ d: [{ f: 0, n: 1, s: 1, c: 0, p: [2] }], c: [run.settings], o: 'd' }, 'draws 0, probability'],
      [{ d: [{ f: 0, n: 1, s: 1, c: 0, p: [0.5] }], c: [run.settings] }, 'token 0'],
      [{ s: { ...run.settings, top_p: 0 } }, 'settings.top_p'],
      [{ m: { key: 'https://evil.test', commit: '', name: '' } }, 'model.key'],
    ];
    for (const [part, where] of bad) {
      const read = await readLink(await ofJson(JSON.stringify({ ...sound, ...part })));
      expect(read, where).toMatchObject({ ok: false, problem: { kind: 'unsound', where } });
    }
    for (const text of ['{', '[]', '"x"', 'null', '\uffff'])
      expect((await readLink(await ofJson(text))).ok).toBe(false);
  });
});
