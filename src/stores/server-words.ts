// Words for what goes wrong between the page and a server: what happened, and what to switch on or do.
import type { ErrorDetail } from '../lib/error.ts';

const told = (detail: ErrorDetail, name: string): string => String(detail[name] ?? '').slice(0, 100);

const ORIGIN = "the page's address";

/** Why no answer came. */
export function unreachableWords(detail: ErrorDetail, origin: string = pageOrigin()): string {
  const address = told(detail, 'address') || 'the server';
  const server = detail.address === undefined ? 'The server' : `The server at ${address}`;
  switch (detail.why) {
    case 'off':
      return `No network is switched on, so ${address} was not asked. Switch it off under Models to go on.`;
    case 'mixed':
      return `This page came over https, so the browser keeps it from ${address}, which has none. Give the server https, for instance by a reverse proxy, or open the page on the server's own machine.`;
    case 'policy':
      return `The host of this page does not let it connect to ${address}: its Content-Security-Policy must name that address in connect-src for the file server-worker.`;
    case 'cors':
      return `${server} is there, but does not let ${origin} read its answers. vLLM: start it with --allowed-origins '["${origin}"]'. llama.cpp's server: --cors-origins ${origin}, or none of --tools and --agent. A proxy before it must send Access-Control-Allow-Origin, for OPTIONS too.`;
    case 'cut':
      return `The connection to ${address} was cut. What has arrived is in the text; press Run to go on.`;
    default:
      return `${server} does not answer. Start it, or correct its address and port. If the browser asks, allow the page to reach your local network.`;
  }
}

/** What a server said no to. */
export function refusedWords(detail: ErrorDetail): string {
  const said = told(detail, 'said');
  const because = said === '' ? '' : ` It says: ${/[.!?]$/.test(said) ? said : `${said}.`}`;
  const status = Number(detail.status);
  if (status === 401 || status === 403)
    return `The server ${detail.key === 0 ? 'asks for a key' : 'does not take this key'}. Give its key beside its address in Models.${because}`;
  if (status === 404)
    return `The server has no ${told(detail, 'path') || 'such address'}. Check its address.${because}`;
  if (status >= 500)
    return `The server failed (${status}).${because} What has arrived is in the text; try again in a while.`;
  return `The server refused the request${Number.isFinite(status) ? ` (${status})` : ''}.${because || ' It does not say why.'}`;
}

const NEEDS: Readonly<Record<string, string>> = {
  logprobs:
    'This server gives no log-probabilities with /v1/completions, which the page cannot do without. vLLM, SGLang and the server of llama.cpp do.',
  score: 'This server gives no probabilities of a text that is already there. Tokens that are drawn have theirs.',
  guidance: 'Guidance needs whole rows of logits, which a server does not give. Set its scale to 1.',
  mask: 'A constraint needs the whole vocabulary, which a server does not give. Turn it off, or load a model into the page.',
  grow: 'A tree asks for hundreds of rows, which is more than a server should be asked for. Continue from a candidate instead: each way becomes a branch.',
  search:
    'A search asks for whole rows of many beginnings, which a server does not give. Greedy and nucleus draw from a server, too; load a model into the page for the others.',
  pinned:
    'A pinned token needs its logit in every row, and a server shows the likeliest tokens alone. Load a model into the page to follow it.',
  end: 'The server ends the text here and shows no distribution.',
};

/** What a server does not give. */
export function notGivenWords({ what }: ErrorDetail): string {
  return (
    NEEDS[String(what)] ??
    'This needs the inside of the model, which a server does not give. Load a model into the page to look inside.'
  );
}

function pageOrigin(): string {
  return 'location' in globalThis && location.origin !== 'null' ? location.origin : ORIGIN;
}
