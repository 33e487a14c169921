// Commands in words: who answers, and why there is no answer, each with what to do about it.
import { formatBytes, formatCount } from '../../lib/format.ts';
import type { Answerer } from '../../stores/document/types.ts';
import type { AddressFault } from './addresses.ts';
import { type FetchFault, MOST_BYTES, MOST_FETCH_MS } from './fetched.ts';
import type { Trouble } from './types.ts';

export const ANSWERER_WORDS: Readonly<Record<Answerer, { readonly label: string; readonly title: string }>> = {
  person: { label: 'Ask me', title: 'A field opens under the text' },
  text: { label: 'Fixed text', title: 'Always the same answer' },
  expression: { label: 'Expression', title: 'Worked out from the text, without network' },
  address: { label: 'Address', title: 'Fetched from an address that you have allowed' },
};

/** @param address as it is defined, or typed */
export function addressWords(why: AddressFault, address: string): string {
  const shown = address.length > 120 ? `${address.slice(0, 119)}…` : address;
  switch (why) {
    case 'no_address':
      return `“${shown}” is no whole address. Write it from https:// on.`;
    case 'scheme':
      return 'Only https addresses are fetched. Write one that begins with https://.';
    case 'plain_http':
      return 'http is for this machine alone (localhost). Use https for all others.';
    case 'user':
      return 'An address with a name or password before @ is not fetched. Take that part out.';
    case 'trailing_dot':
      return 'The host ends in a dot. Take the dot away.';
    case 'query':
      return 'The list holds the beginning of addresses, without ? and #. Leave those to the command.';
    case 'near':
      return 'This address leads to your own machine or network. Tick “in my own network” when you allow it, if that is meant.';
    case 'placeholder':
      return '{argument} may stand in the path or behind ? alone, and not on the list of addresses. Move it there.';
    case 'not_listed':
      return `${shown} is not on your list of allowed addresses, so nothing was fetched. Allow its beginning under Commands, if you trust it.`;
    case 'path':
      return 'A slash, a backslash or a dot in disguise (%2f, %5c, %2e) stands in the path, which could lead out of what you allowed. Put the argument behind ? instead.';
    default:
      return why satisfies never;
  }
}

function fetchWords(fault: FetchFault, address: string): string {
  const { origin } = new URL(address);
  switch (fault.kind) {
    case 'status':
      return `${origin} answered with status ${fault.status} instead of 200. Open the address in a tab of its own to see what it says.`;
    case 'off':
      return `No network is switched on, so ${origin} was not asked. Switch it off under Models, or answer yourself.`;
    case 'blocked':
      return `The host of this page does not let it connect to ${origin}: its Content-Security-Policy must name that address in connect-src for the file address-worker.`;
    case 'unreachable':
      return `${origin} could not be read: there is no network, it leads elsewhere (redirects are refused), or it does not allow other pages to read it (CORS).`;
    case 'slow':
      return `${origin} did not answer within ${MOST_FETCH_MS / 1000} seconds. Try again later.`;
    case 'too_many_bytes':
      return `${origin} sent more than ${formatBytes(MOST_BYTES)}. Choose an address with a shorter answer.`;
    case 'not_json':
      return `${origin} sent no JSON, so there is no part to take. Leave the path empty to take all of it.`;
    case 'bad_path':
      return 'The path into the JSON cannot be read. Write it like current.temperature or list[0].name.';
    case 'no_such_part':
      return `The JSON of ${origin} has no such part. Compare the path with what the address sends.`;
    default:
      return fault satisfies never;
  }
}

export function troubleWords(trouble: Trouble, command: string): string {
  switch (trouble.kind) {
    case 'unknown':
      return `No command is called ${command}. Define it under Commands, or answer it yourself.`;
    case 'disabled':
      return `${command} is switched off. Switch it on under Commands once you have read what it does.`;
    case 'timeout':
      return `The expression of ${command} took more than a second and was ended. Make it simpler.`;
    case 'rounds':
      return `${formatCount(trouble.most)} answers were given in this run, which is the limit. Run goes on with more; the limit stands under Commands.`;
    case 'too_long':
      return `The answer has ${formatCount(trouble.length)} characters, and ${formatCount(trouble.most)} are allowed. Take a part of it, or raise the limit under Commands.`;
    case 'expression':
      return `${trouble.words} Change the expression of ${command}.`;
    case 'address':
      return addressWords(trouble.why, trouble.address);
    case 'fetch':
      return fetchWords(trouble.fault, trouble.address);
    default:
      return trouble satisfies never;
  }
}
