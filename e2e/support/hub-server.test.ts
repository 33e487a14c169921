// The server that stands in for the Hub: its URLs, its ranges, its faults.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HubServer, startHubServer } from './hub-server.ts';

const golden = new URL('../golden/gpt2-f16', import.meta.url).pathname;
let server: HubServer;
beforeEach(async () => {
  server = await startHubServer({
    models: { 'o/n': { 'a.txt': '0123456789', 'b.json': '{}' }, 'o/golden': golden },
    shipped: { tiny: golden },
  });
});
afterEach(() => server.close());

const get = (path: string, range?: string): Promise<Response> =>
  fetch(server.url + path, range ? { headers: { Range: range } } : {});
const text = async (path: string, range?: string): Promise<string> => (await get(path, range)).text();

test('listings name the commit and the files with their sizes', async () => {
  const sha = server.commit('o/n');
  const listing = {
    sha,
    siblings: [
      { rfilename: 'a.txt', size: 10 },
      { rfilename: 'b.json', size: 2 },
    ],
  };
  expect(await (await get('/api/models/o/n')).json()).toEqual(listing);
  expect(await (await get('/api/models/o/n/revision/main?blobs=true')).json()).toEqual(listing);
  expect(await (await get(`/api/models/o/n/revision/${sha}`)).json()).toEqual(listing);
  expect((await get('/api/models/o/n/revision/v2')).status).toBe(404);
  expect((await get('/api/models/o/x/revision/main')).status).toBe(401);
});

test('files, from memory and from folders, at commits old and new', async () => {
  const old = server.commit('o/n');
  expect(await text('/o/n/resolve/main/a.txt')).toBe('0123456789');
  server.update('o/n', { 'a.txt': 'new' });
  expect([await text('/o/n/resolve/main/a.txt'), await text(`/o/n/resolve/${old}/a.txt`)]).toEqual([
    'new',
    '0123456789',
  ]);
  expect(await text('/o/golden/resolve/main/config.json')).toBe(await text('/models/tiny/config.json'));
  expect((await get('/o/n/resolve/main/c.txt')).status).toBe(404);
  expect((await get('/models/none/config.json')).status).toBe(404);
  expect((await get('/models/tiny/%2e%2e%2fREADME.md')).status).toBe(404);
});

test('ranges', async () => {
  const middle = await get('/o/n/resolve/main/a.txt', 'bytes=2-4');
  expect([middle.status, middle.headers.get('content-range'), await middle.text()]).toEqual([
    206,
    'bytes 2-4/10',
    '234',
  ]);
  expect(await text('/o/n/resolve/main/a.txt', 'bytes=7-')).toBe('789');
  expect(await text('/o/n/resolve/main/a.txt', 'bytes=7-99')).toBe('789');
  expect((await get('/o/n/resolve/main/a.txt', 'bytes=10-')).status).toBe(416);
});

test('what a page of another origin may read', async () => {
  const response = await get('/o/n/resolve/main/a.txt');
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('access-control-expose-headers')).toMatch(/ETag.*Content-Range/);
  expect((await fetch(`${server.url}/o/n/resolve/main/a.txt`, { method: 'OPTIONS' })).status).toBe(403);
});

test('requests are logged, and only those', async () => {
  await get('/o/n/resolve/main/a.txt', 'bytes=0-0');
  expect(server.requests).toEqual([
    {
      authorization: '',
      method: 'GET',
      path: '/o/n/resolve/main/a.txt',
      range: 'bytes=0-0',
      headers: expect.arrayContaining(['range']),
    },
  ]);
});

describe('faults', () => {
  const path = '/o/n/resolve/main/a.txt';

  test('a status, so many times, for matching paths', async () => {
    server.fault({ path: 'a.txt', status: 429, headers: { 'Retry-After': '3' }, times: 1 });
    expect((await get('/o/n/resolve/main/b.json')).status).toBe(200);
    const refused = await get(path);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await get(path)).status).toBe(200);
  });

  test('a cut after the bytes, and a length that is a lie', async () => {
    const undo = server.fault({ cutAfter: 4 });
    await expect(text(path)).rejects.toThrow();
    undo();
    server.fault({ contentLength: 99 });
    await expect(text(path)).rejects.toThrow();
  });

  test('a stall, until it is lifted', async () => {
    const undo = server.fault({ stallAfter: 4 });
    const reader = (await get(path)).body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('0123');
    const rest = reader.read();
    undo();
    expect(new TextDecoder().decode((await rest).value)).toBe('456789');
  });

  test('another ETag, another file, a shorter one, no ranges, slow pieces', async () => {
    const etag = (await get(path)).headers.get('etag');
    server.fault({ etag: '"x"', times: 1 });
    expect([(await get(path)).headers.get('etag'), (await get(path)).headers.get('etag')]).toEqual(['"x"', etag]);
    server.fault({ body: 'other', times: 1 });
    expect(await text(path)).toBe('other');
    server.fault({ truncateTo: 3, times: 1 });
    expect(await text(path)).toBe('012');
    server.fault({ ignoreRange: true, times: 1 });
    expect(await text(path, 'bytes=5-')).toBe('0123456789');
    server.fault({ delayPerPiece: 1 });
    expect(await text(path)).toBe('0123456789');
    server.clearFaults();
    expect((await get(path, 'bytes=5-')).status).toBe(206);
  });
});
