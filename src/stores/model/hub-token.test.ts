// The token that is kept for one host is read for that host alone, and only by browsers that guard it.
import { expect, test } from 'vitest';
import { hubToken, TOKEN_KEY } from './hub-token.ts';

const HOST = 'https://huggingface.co';
const kept = (value: string | null) => ({ getItem: (key: string) => (key === TOKEN_KEY ? value : null) });

test('the tab before the browser, and nothing where nothing is', () => {
  const [tab, later] = [kept(`${HOST} hf_tab`), kept(`${HOST} hf_later`)];
  expect(hubToken(HOST, [tab, later], true)).toEqual({ host: HOST, value: 'hf_tab' });
  expect(hubToken(HOST, [kept(null), later], true)).toEqual({ host: HOST, value: 'hf_later' });
  expect(hubToken(HOST, [null, kept('')], true)).toBeNull();
});

test('a token of another host is none, and so is half a record', () => {
  for (const value of ['https://mirror.example hf_a', HOST, `${HOST} `, 'hf_a', ` ${HOST} hf_a`])
    expect(hubToken(HOST, [kept(value)], true)).toBeNull();
});

test('a browser that would carry it to other origins is not given it', () => {
  expect(hubToken(HOST, [kept(`${HOST} hf_a`)], false)).toBeNull();
});
