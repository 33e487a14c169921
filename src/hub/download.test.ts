// Downloads against a real server that cuts, stalls, lies and changes its mind.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHUNK, digest, instantNet, MODEL, REPO, WEIGHTS } from '../../e2e/support/hub-model.ts';
import { type HubServer, startHubServer } from '../../e2e/support/hub-server.ts';
import { type Chunk, type DownloadJob, downloadChunks } from './download.ts';
import { sha256 } from './hash.ts';
import { backoff } from './http.ts';
import { fetchRange, probe } from './remote.ts';

let server: HubServer;
beforeEach(async () => {
  server = await startHubServer({ models: { [REPO]: MODEL } });
});
afterEach(() => server.close());

const live = new AbortController().signal;

function job(extra: Partial<DownloadJob> = {}): DownloadJob & { readonly net: ReturnType<typeof instantNet> } {
  const url = `${server.url}/${REPO}/resolve/main/model.safetensors`;
  const base = {
    signal: live,
    sameOrigin: false,
    name: 'model.safetensors',
    url,
    size: WEIGHTS.length,
    chunkBytes: CHUNK,
    hashes: [],
    validator: '',
  };
  return { ...base, ...extra, net: instantNet(extra.net?.idle) };
}

async function run(of: DownloadJob): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of downloadChunks(of)) chunks.push(chunk);
  return chunks;
}

function expectWhole(chunks: readonly Chunk[]): void {
  expect(digest(Buffer.concat(chunks.map(chunk => chunk.bytes)))).toBe(digest(WEIGHTS));
  expect(chunks.map(chunk => chunk.index)).toEqual([0, 1, 2, 3, 4]);
}

const ranges = (): readonly string[] => server.requests.map(request => request.range);
const firstHashes = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => sha256(WEIGHTS.slice(i * CHUNK, (i + 1) * CHUNK))));

describe('a whole file', () => {
  test('in one request without any header that asks for a preflight', async () => {
    const positions: number[] = [];
    const chunks = await run(job({ onPosition: position => positions.push(position) }));
    expectWhole(chunks);
    expect(await sha256(chunks[2]!.bytes)).toBe(chunks[2]!.hash);
    expect(ranges()).toEqual(['']);
    expect(server.requests[0]!.headers).not.toContain('if-range');
    expect(positions.at(-1)).toBe(WEIGHTS.length);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  test('of a size that chunks divide, of one chunk, of one byte', async () => {
    for (const length of [2 * CHUNK, CHUNK, 1]) {
      server.update(REPO, { ...MODEL, 'model.safetensors': WEIGHTS.slice(0, length) });
      const chunks = await run(job({ size: length }));
      expect(digest(Buffer.concat(chunks.map(chunk => chunk.bytes)))).toBe(digest(WEIGHTS.slice(0, length)));
      expect(chunks.length).toBe(Math.ceil(length / CHUNK));
    }
  });

  test('goes on after the chunks that are there', async () => {
    const chunks = await run(job({ hashes: await firstHashes(3) }));
    expect(chunks.map(chunk => chunk.index)).toEqual([3, 4]);
    expect(ranges()).toEqual([`bytes=${3 * CHUNK}-`]);
    expect(digest(Buffer.concat(chunks.map(chunk => chunk.bytes)))).toBe(digest(WEIGHTS.slice(3 * CHUNK)));
  });
});

describe('cuts', () => {
  test('three of them: four requests, each from the last byte that came, and the right bytes', async () => {
    const cutAfter = Math.round(1.2 * CHUNK);
    server.fault({ cutAfter, times: 3 });
    const of = job();
    expectWhole(await run(of));
    const starts = ranges()
      .slice(1)
      .map(range => Number(range.slice('bytes='.length, -1)));
    expect(starts.length).toBe(3);
    // Not from a border of chunks: bytes of an unfinished chunk count. (A cut may lose some that were on their way.)
    for (const [i, start] of starts.entries()) {
      expect(start).toBeGreaterThanOrEqual(starts[i - 1] ?? 0);
      expect(start).toBeLessThanOrEqual((i + 1) * cutAfter);
    }
    expect(starts.some(start => start % CHUNK !== 0)).toBe(true);
    expect(of.net.pauses.length).toBe(3);
  });

  test('before a single chunk is whole still make progress', async () => {
    server.fault({ cutAfter: 20_000 });
    expectWhole(await run(job()));
    expect(server.requests.length).toBeGreaterThanOrEqual(Math.ceil(WEIGHTS.length / 20_000));
  });

  test('without a new byte: five retries with growing waits, then the error', async () => {
    server.fault({ cutAfter: 0 });
    const of = job();
    await expect(run(of)).rejects.toMatchObject({ code: 'network' });
    expect(of.net.pauses).toEqual([1000, 2000, 4000, 8000, 16000]);
    expect(server.requests.length).toBe(6);
  });

  test('at a server that ignores Range and never gets further end too', async () => {
    server.fault({ cutAfter: 2 * CHUNK, ignoreRange: true });
    await expect(run(job())).rejects.toMatchObject({ code: 'network' });
    expect(server.requests.length).toBe(6);
  });

  test('silence counts as a cut', async () => {
    server.fault({ stallAfter: 2 * CHUNK, times: 1 });
    let silent = false;
    const idle = (): Promise<void> => (silent ? Promise.resolve() : new Promise(() => {}));
    const of = job({
      net: instantNet(idle),
      onPosition: position => {
        silent = position === 2 * CHUNK;
      },
    });
    of.net.pause = async () => {
      silent = false;
    };
    expectWhole(await run(of));
    expect(ranges()).toEqual(['', `bytes=${2 * CHUNK}-`]);
  });

  test('a body that is shorter than said, and a length that is a lie', async () => {
    server.fault({ contentLength: WEIGHTS.length + 5, times: 1 });
    expect((await run(job())).length).toBe(5);
    server.fault({ truncateTo: 3 * CHUNK });
    await expect(run(job())).rejects.toMatchObject({ code: 'integrity' });
  });
});

describe('a server that changes', () => {
  test('its ETag between two requests is not mixed', async () => {
    server.fault({ cutAfter: 2 * CHUNK, times: 1 });
    server.fault({ etag: '"other"' });
    await expect(run(job())).rejects.toMatchObject({ code: 'integrity', message: expect.stringContaining('ETag') });
  });

  test('its ETag since the stored chunks', async () => {
    await expect(run(job({ hashes: await firstHashes(2), validator: '"old"' }))).rejects.toMatchObject({
      code: 'integrity',
    });
  });

  test('to whole answers starts over, compares and yields nothing twice', async () => {
    server.fault({ cutAfter: 2 * CHUNK + 7, times: 1 });
    server.fault({ ignoreRange: true });
    expectWhole(await run(job()));
    expect(server.requests.length).toBe(2);
  });

  test('to whole answers with other bytes is found by hash, even under the same ETag', async () => {
    server.fault({ cutAfter: 2 * CHUNK + 7, times: 1, etag: '"same"' });
    server.fault({ ignoreRange: true, etag: '"same"', body: WEIGHTS.map(byte => byte ^ 1) });
    await expect(run(job())).rejects.toMatchObject({ code: 'integrity', message: expect.stringContaining('part 0') });
  });

  test('to more bytes than the listing says', async () => {
    await expect(run(job({ size: WEIGHTS.length - 1 }))).rejects.toMatchObject({ code: 'integrity' });
  });

  test('to another size under a Range', async () => {
    server.fault({ headers: { 'Content-Range': `bytes ${CHUNK}-99/100` } });
    await expect(run(job({ hashes: await firstHashes(1) }))).rejects.toMatchObject({ code: 'integrity' });
  });

  test('to another beginning of a Range', async () => {
    server.fault({ headers: { 'Content-Range': `bytes 5-99/${WEIGHTS.length}` } });
    await expect(run(job({ hashes: await firstHashes(1) }))).rejects.toMatchObject({ code: 'integrity' });
  });
});

describe('statuses', () => {
  test.each([
    [404, 'not_found', 1],
    [401, 'unauthorized', 1],
    [403, 'unauthorized', 1],
    [400, 'network', 1],
    [429, 'rate_limited', 6],
    [503, 'network', 6],
  ])('%i is %s after %i requests', async (status, code, count) => {
    server.fault({ status });
    await expect(run(job())).rejects.toMatchObject({ code, detail: { status } });
    expect(server.requests.length).toBe(count);
  });

  test('Retry-After is respected', async () => {
    server.fault({ status: 429, headers: { 'Retry-After': '7' }, times: 1 });
    const of = job();
    expectWhole(await run(of));
    expect(of.net.pauses).toEqual([7000]);
  });

  test('a pause that nobody waits for is told, and the server is not asked before', async () => {
    server.fault({ status: 429, headers: { 'Retry-After': '300' } });
    const of = job();
    await expect(run(of)).rejects.toMatchObject({ code: 'rate_limited', detail: { seconds: 300 } });
    expect([server.requests.length, of.net.pauses]).toEqual([1, []]);
  });

  test('Retry-After may be a date, by the clock of the server', async () => {
    const date = 'Sat, 28 Nov 2026 10:00:00 GMT';
    const headers = { Date: date, 'Retry-After': 'Sat, 28 Nov 2026 10:00:21 GMT' };
    server.fault({ status: 503, headers, times: 1 });
    server.fault({ status: 503, headers: { 'Retry-After': 'when it suits' }, times: 1 });
    const of = job();
    expectWhole(await run(of));
    expect(of.net.pauses).toEqual([21_000, 2000]);
  });

  test('nobody there', async () => {
    const url = server.url;
    await server.close();
    await expect(run(job({ url: `${url}/x` }))).rejects.toMatchObject({ code: 'network' });
    server = await startHubServer();
  });
});

describe('what comes', () => {
  test('byte by byte is no silence, and is asked for once', async () => {
    const bytes = WEIGHTS.slice(0, 3000);
    let [asked, waited] = [0, 0];
    const idle = (): Promise<void> => {
      waited++;
      return new Promise(() => {});
    };
    const of = job({ size: bytes.length, chunkBytes: 1024 });
    const slow = new ReadableStream({
      pull: controller => {
        controller.enqueue(bytes.slice(asked, ++asked));
        if (asked === bytes.length) controller.close();
      },
    });
    const fetches: string[] = [];
    const net = {
      ...of.net,
      idle,
      fetch: async (url: string) => {
        fetches.push(url);
        return new Response(slow);
      },
    };
    const chunks: Chunk[] = [];
    for await (const chunk of downloadChunks({ ...of, net })) chunks.push(chunk);
    expect(digest(Buffer.concat(chunks.map(chunk => chunk.bytes)))).toBe(digest(bytes));
    expect(fetches).toHaveLength(1);
    expect(of.net.pauses).toEqual([]);
    // The limit on silence begins anew with each byte.
    expect(waited).toBeGreaterThanOrEqual(bytes.length);
  });

  test('compressed on its way is the file, whatever length its server says', async () => {
    server.fault({ gzip: true });
    expectWhole(await run(job()));
    expectWhole([...(await run(job({ hashes: [], validator: '' })))]);
    expect((await run(job({ hashes: await firstHashes(3) }))).map(({ index }) => index)).toEqual([3, 4]);
  });

  test('a web page in place of a file, longer or shorter, is told as one, at once', async () => {
    for (const [name, size, code] of [
      ['config.json', 21, 'bad_json'],
      ['config.json', 9000, 'bad_json'],
      ['model.safetensors', 9000, 'bad_safetensors'],
    ] as const) {
      server.requests.length = 0;
      server.fault({ body: `<!DOCTYPE html><title>Sign in</title>${'<p>'.repeat(20)}` });
      await expect(run(job({ name, size }))).rejects.toMatchObject({ code, detail: { file: name } });
      expect(server.requests).toHaveLength(1);
      server.clearFaults();
    }
  });
});

test('cancel ends the request at once', async () => {
  server.fault({ stallAfter: CHUNK + 100 });
  const stop = new AbortController();
  const got: number[] = [];
  const running = (async () => {
    for await (const chunk of downloadChunks(job({ signal: stop.signal }))) {
      got.push(chunk.index);
      setImmediate(() => stop.abort());
    }
  })();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(got).toEqual([0]);
});

test('backoff doubles up to 16 s, within half of it', () => {
  expect([0, 1, 2, 3, 4, 9].map(n => backoff(n, 0.5))).toEqual([1000, 2000, 4000, 8000, 16000, 16000]);
  expect([backoff(0, 0), backoff(0, 1)]).toEqual([500, 1500]);
});

describe('probe and fetchRange', () => {
  const wire = { net: instantNet(), signal: live, sameOrigin: false };
  const url = (): string => `${server.url}/${REPO}/resolve/main/model.safetensors`;

  test('size and validator, with and without Range', async () => {
    const ranged = await probe(wire, url());
    expect(ranged.size).toBe(WEIGHTS.length);
    server.fault({ ignoreRange: true });
    expect(await probe(wire, url())).toEqual(ranged);
  });

  test('a page in place of a file that should ship is no file', async () => {
    server.fault({ headers: { 'Content-Type': 'text/html; charset=utf-8' } });
    await expect(probe({ ...wire, sameOrigin: true }, url())).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a range, at a server that ignores Range too', async () => {
    expect(digest(await fetchRange(wire, url(), 70_000, 140_000))).toBe(digest(WEIGHTS.slice(70_000, 140_000)));
    server.fault({ ignoreRange: true });
    expect(digest(await fetchRange(wire, url(), 70_000, 140_000))).toBe(digest(WEIGHTS.slice(70_000, 140_000)));
    expect((await fetchRange(wire, url(), 5, 5)).length).toBe(0);
  });

  test('redirects are followed', async () => {
    await server.close();
    server = await startHubServer({ models: { [REPO]: MODEL }, redirect: true });
    expectWhole(await run(job()));
    expect(server.requests.map(request => request.path.startsWith('/cdn/'))).toEqual([false, true]);
  });
});
