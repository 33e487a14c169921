// What is read whole has a largest size, whatever a listing says of it: no memory is taken for more.
import { expect, test } from 'vitest';
import { load, server, session, startHubForEachTest } from '../../e2e/support/hub-load.ts';
import { instantNet } from '../../e2e/support/hub-model.ts';
import { openModel } from './load.ts';
import { listHub, MOST_LISTING } from './remote.ts';
import { assertSmall, MOST_SMALL } from './small-file.ts';

startHubForEachTest();

test('by the kind of the file', () => {
  expect(() => assertSmall('config.json', MOST_SMALL)).not.toThrow();
  const codeOf = (name: string) => {
    try {
      assertSmall(name, MOST_SMALL + 1);
    } catch (thrown) {
      return thrown;
    }
    return null;
  };
  expect(codeOf('config.json')).toMatchObject({ code: 'bad_json', detail: { file: 'config.json' } });
  expect(codeOf('tokenizer.model')).toMatchObject({ code: 'bad_tokenizer' });
  expect(codeOf('merges.txt')).toMatchObject({ code: 'bad_tokenizer' });
});

/** The Hub's answer to a request for a listing, in the place of its own. */
function listing(answer: () => Response) {
  const net = instantNet();
  const { options } = session({});
  const fetch = async (url: string, init: RequestInit) =>
    url.includes('/api/models/') ? answer() : net.fetch(url, init);
  return { ...options, net: { ...net, fetch } };
}

test('a configuration that is listed as larger than any', async () => {
  const huge = { sha: 'abcdef0123', siblings: ['config.json', 'tokenizer.json', 'model.safetensors'] };
  const siblings = huge.siblings.map(rfilename => ({ rfilename, size: 2 ** 40 }));
  const opening = openModel(listing(() => Response.json({ ...huge, siblings })));
  await expect(opening).rejects.toMatchObject({ code: 'bad_json', detail: { file: 'config.json' } });
  expect(server.requests).toEqual([]);
});

test('a listing without an end', async () => {
  let sent = 0;
  const piece = new Uint8Array(2 ** 20).fill(0x20);
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull: controller => {
        sent += piece.length;
        controller.enqueue(piece);
      },
    });
  const { net, signal, origins, source } = listing(() => new Response(body()));
  if (source.kind !== 'hub') throw new Error('not of the Hub');
  const listed = listHub(source, origins, { net, signal, sameOrigin: false });
  await expect(listed).rejects.toMatchObject({ code: 'network' });
  expect(sent).toBeLessThan(2 * MOST_LISTING);
});

test('files of a usual size are read', async () => {
  const { files } = await load();
  expect((await files.bytes('config.json')).length).toBeGreaterThan(0);
});
