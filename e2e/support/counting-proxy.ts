// A server in front of another one that counts what passes: the bytes of every answer, whoever in the browser asked for it.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  /** The address of the page behind it, with the path of `target`. */
  readonly address: string;
  /** Method and path of every request, in order. */
  readonly requests: readonly string[];
  /** Bytes of all answers so far, as sent: bodies, not headers. */
  readonly bytes: () => number;
  close(): Promise<void>;
}

/** @param target the address of the page on a server of this machine */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { origin, pathname } = new URL(target);
  const requests: string[] = [];
  let bytes = 0;
  const server = createServer((incoming, answer) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const { host: _, ...headers } = incoming.headers;
    const forward = request(`${origin}${incoming.url}`, { method: incoming.method, headers }, from => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      from.pipe(answer);
    });
    // What the browser has cancelled is not to be read on.
    answer.on('close', () => forward.destroy());
    forward.on('error', () => answer.destroy());
    incoming.pipe(forward);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${pathname}`,
    requests,
    bytes: () => bytes,
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}
