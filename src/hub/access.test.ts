// Gated and private models: opened by the token of a person, which goes to the Hub's own host, where it is needed, and to no other place.
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { collect, instantNet, MODEL } from '../../e2e/support/hub-model.ts';
import { type HubServer, startHubServer } from '../../e2e/support/hub-server.ts';
import 'fake-indexeddb/auto';
import { NucleusError } from '../lib/error.ts';
import type { HubToken, ModelSource } from '../lib/model-source.ts';
import { Access } from './access.ts';
import { ModelCache } from './cache.ts';
import { checkForUpdate, inspectModel, openModel } from './load.ts';
import { ChunkStore } from './store.ts';

const TOKEN = 'hf_secretsecretsecret';
const STRANGER = 'hf_strangerstranger';
const OPEN = 'owner/open';
const GATED = 'owner/gated';
const PRIVATE = 'owner/private';
const hub = (repo: string): ModelSource => ({ kind: 'hub', repo, revision: 'main' });

let cdn: HubServer;
let server: HubServer;
let count = 0;
const servers: HubServer[] = [];

beforeEach(async () => {
  const models = { [OPEN]: MODEL, [GATED]: MODEL, [PRIVATE]: MODEL };
  const people = { tokens: [TOKEN], strangers: [STRANGER] };
  cdn = await startHubServer({ models });
  const closed = { [GATED]: { kind: 'gated', ...people }, [PRIVATE]: { kind: 'private', ...people } } as const;
  server = await startHubServer({ models, closed, redirect: cdn.url });
  servers.push(cdn, server);
});
afterEach(() => Promise.all(servers.splice(0).map(each => each.close())));
afterAll(() => Promise.all(servers.map(each => each.close())));

function optionsFor(repo: string, token?: HubToken) {
  const hubHost = server.url;
  return {
    source: hub(repo),
    origins: { shippedBase: `${server.url}/models/`, hubHost, ...(token ? { token } : {}) },
    cache: new ModelCache(new ChunkStore(`access-${count++}`)),
    keep: true,
    refresh: false,
    signal: new AbortController().signal,
    net: instantNet(),
  };
}

const mine = (): HubToken => ({ host: server.url, value: TOKEN });

async function load(repo: string, token?: HubToken) {
  const options = optionsFor(repo, token);
  const files = await openModel(options);
  for (const name of files.names) await collect(files.stream(name));
  return { files, options };
}

const failure = async (work: Promise<unknown>): Promise<NucleusError> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NucleusError)) throw new Error('it did not fail as it should');
  return error;
};

test.each([GATED, PRIVATE])('%s opens with a token, which the host of the files never sees', async repo => {
  const { files } = await load(repo, mine());
  expect(files.stored).toBe(true);
  const carried = server.requests.filter(({ authorization }) => authorization !== '');
  expect(new Set(carried.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]));
  expect(carried.length).toBeGreaterThan(2);
  expect(cdn.requests.length).toBeGreaterThan(2);
  expect(cdn.requests.filter(({ headers }) => headers.includes('authorization'))).toEqual([]);
});

test('an open model is read without it', async () => {
  await load(OPEN, mine());
  for (const { requests } of [server, cdn])
    expect(requests.filter(({ headers }) => headers.includes('authorization'))).toEqual([]);
});

test('a token of another host stays at home', async () => {
  for (const host of ['https://huggingface.co', cdn.url, server.url.replace('127.0.0.1', 'localhost')]) {
    const error = await failure(load(GATED, { host, value: TOKEN }));
    expect(error.detail).toMatchObject({ status: 401, gated: 1 });
    expect(error.detail).not.toHaveProperty('token');
  }
  expect(server.requests.filter(({ authorization }) => authorization !== '')).toEqual([]);
});

test.each([
  ['https://hub.test/a/b/resolve/main/x', true],
  ['https://hub.test:443/api', true],
  ['http://hub.test/a', false],
  ['https://hub.test:8443/a', false],
  ['https://cdn.hub.test/a', false],
  ['https://hub.test.evil.example/a', false],
  ['https://user@evil.example/https://hub.test/', false],
  ['https://hub.test@evil.example/', false],
  ['not an address', false],
])('%s may carry it: %s', (url, may) => {
  const access = new Access({ host: 'https://hub.test', value: TOKEN });
  expect(access.authorization(url)).toBeNull();
  expect(access.refused(url)).toBe(may);
  expect(access.authorization(url)).toBe(may ? `Bearer ${TOKEN}` : null);
});

test('what went wrong, by its code and facts', async () => {
  expect(await failure(load(GATED))).toMatchObject({ code: 'unauthorized', detail: { status: 401, gated: 1 } });
  expect(await failure(load(GATED, { host: server.url, value: STRANGER }))).toMatchObject({
    code: 'unauthorized',
    detail: { status: 403, gated: 1, token: 1 },
  });
  const wrong = await failure(load(GATED, { host: server.url, value: 'hf_wrong' }));
  expect(wrong).toMatchObject({ code: 'unauthorized', detail: { status: 401, token: 1 } });
  expect(wrong.detail).not.toHaveProperty('gated');
  expect(await failure(load(PRIVATE))).toMatchObject({ code: 'not_found', detail: { status: 401 } });
  expect(await failure(load(PRIVATE, { host: server.url, value: STRANGER }))).toMatchObject({
    code: 'not_found',
    detail: { status: 404, token: 1 },
  });
});

test('neither errors, nor what is stored, nor what the page is told hold it', async () => {
  const failed = await failure(load(GATED, { host: server.url, value: STRANGER }));
  expect(JSON.stringify([failed.message, failed.detail, failed.stack])).not.toContain(STRANGER);
  const { files, options } = await load(GATED, mine());
  const { store } = options.cache;
  const records: unknown[] = [await store.copies(), await options.cache.list(), await store.keys()];
  for (const { stamp } of await store.copies()) records.push(await store.files(stamp));
  expect(JSON.stringify([...records, files.key, files.name, files.source])).not.toContain(TOKEN);
});

test('a look before the download, an update and a stored copy', async () => {
  const files = await inspectModel(optionsFor(PRIVATE, mine()));
  expect((await files.read('model.safetensors', 0, 8)).length).toBe(8);
  const { options } = await load(PRIVATE, mine());
  const update = await checkForUpdate(
    options.cache,
    `hub/${PRIVATE}@main`,
    options.origins,
    options.signal,
    options.net,
  );
  expect(update.newer).toBe(false);
  server.requests.length = 0;
  // A stored copy needs neither the Hub nor the token.
  const { token: _, ...origins } = options.origins;
  expect((await openModel({ ...options, origins })).fromCache).toBe(true);
  expect(server.requests).toEqual([]);
});
