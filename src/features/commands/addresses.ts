// Which addresses a command may fetch: those that a person has put on the list, and nothing that only looks like one of them.
import { type Reach, reachOf } from './hosts.ts';

/** An entry of the list: an origin with the beginning of a path. */
export interface Allowed {
  /** `https://api.example.com/v1/`, as `URL` writes it, without query and fragment. */
  readonly prefix: string;
  /** A person has said that this machine or a network of its own is meant. */
  readonly near: boolean;
}

/** Why an address was refused; words.ts has the sentences. */
export type AddressFault =
  | 'no_address'
  | 'scheme'
  | 'plain_http'
  | 'user'
  | 'trailing_dot'
  | 'query'
  | 'near'
  | 'placeholder'
  | 'not_listed'
  | 'path';

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: AddressFault };

const refused = (why: AddressFault) => ({ ok: false, why }) as const;

const MOST_ADDRESS = 2000;

/** What stands for the argument of a command, percent-encoded, in the path or the query. */
const ARGUMENT = '{argument}';

/** What every address must be, listed or fetched. */
function parsed(address: string): Checked<{ readonly url: URL; readonly reach: Reach }> {
  // `URL` leaves these out; what a person reads must be what is fetched.
  if (address.length > MOST_ADDRESS || /[\s\\]|\p{Cc}/u.test(address)) return refused('no_address');
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return refused('no_address');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused('scheme');
  if (!/^https?:\/\/[^/]/i.test(address)) return refused('no_address');
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?#]*@/.test(address)) return refused('user');
  if (url.hostname.endsWith('.')) return refused('trailing_dot');
  if (!/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) return refused('no_address');
  const reach = reachOf(url.hostname);
  if (url.protocol === 'http:' && reach !== 'loopback') return refused('plain_http');
  return { ok: true, value: { url, reach } };
}

/**
 * An entry for the list, as a person typed it.
 * @param near they have said that this machine or their own network is meant
 */
export function allowedOf(typed: string, near: boolean): Checked<Allowed> {
  const text = typed.trim();
  const checked = parsed(text);
  if (!checked.ok) return checked;
  const { url, reach } = checked.value;
  if (text.includes('{') || text.includes('}')) return refused('placeholder');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) return refused('query');
  if (reach !== 'public' && !near) return refused('near');
  if (disguised(url.pathname)) return refused('path');
  return { ok: true, value: { prefix: url.origin + url.pathname, near: reach !== 'public' } };
}

/** A slash, a backslash or a dot that a server may read as a way out of the path. */
function disguised(path: string): boolean {
  return /%(?:2f|5c|2e|00)/i.test(path);
}

/** The address of a definition with `argument` in it, where the list has it. */
export function addressToFetch(template: string, argument: string, list: readonly Allowed[]): Checked<URL> {
  const plain = parsed(template.replaceAll(ARGUMENT, ''));
  const [before = ''] = template.split(ARGUMENT);
  // Scheme, host and port stand before the first placeholder, whole.
  if (template.includes(ARGUMENT) && !/^https?:\/\/[^/?#{}]+[/?]/i.test(before)) return refused('placeholder');
  if (!plain.ok) return plain;
  const checked = parsed(template.replaceAll(ARGUMENT, encodeURIComponent(argument.toWellFormed())));
  if (!checked.ok) return checked;
  const { url, reach } = checked.value;
  if (url.origin !== plain.value.url.origin) return refused('placeholder');
  if (disguised(url.pathname)) return refused('path');
  url.hash = '';
  const entry = list.find(({ prefix }) => within(url, prefix));
  if (entry === undefined) return refused('not_listed');
  return reach === 'public' || entry.near ? { ok: true, value: url } : refused('near');
}

/** Same scheme, host and port, and a path that begins with the entry's, by whole parts. */
function within(url: URL, prefix: string): boolean {
  const entry = new URL(prefix);
  if (entry.origin !== url.origin) return false;
  const { pathname } = entry;
  return url.pathname === pathname || url.pathname.startsWith(pathname.endsWith('/') ? pathname : `${pathname}/`);
}
