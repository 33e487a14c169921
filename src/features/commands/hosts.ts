// Where a host leads: into the open, to this machine, or into a network of its own. Hosts come from `URL`, which has read every notation of a number.

export type Reach = 'public' | 'loopback' | 'private';

/** [first address, bits of the prefix, reach]: the special-purpose blocks of RFC 6890 and its successors. */
const BLOCKS4: readonly (readonly [string, number, Reach])[] = [
  ['0.0.0.0', 8, 'private'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'private'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'private'],
  ['192.0.2.0', 24, 'private'],
  ['192.88.99.0', 24, 'private'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'private'],
  ['198.51.100.0', 24, 'private'],
  ['203.0.113.0', 24, 'private'],
  ['224.0.0.0', 3, 'private'],
];

/** Names that no public server has: RFC 6761, 6762, 8375, 9476, and what routers and companies use. */
const PRIVATE_NAMES =
  /(?:^|\.)(?:local|internal|intranet|lan|home|corp|private|home\.arpa|test|example|invalid|onion|alt)$/;

/** @param host as `URL.hostname` gives it: lower case, numbers as four decimals or in brackets */
export function reachOf(host: string): Reach {
  const name = host.replace(/\.+$/, '');
  if (name.startsWith('[')) return reach6(groupsOf(name.slice(1, -1)));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return reach4(number4(name));
  if (name === 'localhost' || name.endsWith('.localhost')) return 'loopback';
  // One word is found by the rules of the network that the machine is in.
  return !name.includes('.') || PRIVATE_NAMES.test(name) ? 'private' : 'public';
}

/** A whole number of 32 bits. */
function number4(dotted: string): number {
  return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function reach4(address: number): Reach {
  for (const [first, bits, reach] of BLOCKS4) {
    const size = 2 ** (32 - bits);
    if (Math.floor(address / size) === Math.floor(number4(first) / size)) return reach;
  }
  return 'public';
}

/** The eight groups of an address of 128 bits, as `URL` writes it. */
function groupsOf(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16));
  const [before, after] = [read(head), read(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: Math.max(0, zeros) }, () => 0), ...after];
}

function reach6(groups: readonly number[]): Reach {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const four = (high: number, low: number): Reach => reach4(high * 65_536 + low);
  const zeros = a === 0 && b === 0 && c === 0 && d === 0;
  if (zeros && e === 0 && f === 0 && g === 0 && h === 1) return 'loopback';
  // Mapped, translated and compatible addresses of 32 bits.
  if (zeros && ((e === 0 && (f === 0xffff || f === 0)) || (e === 0xffff && f === 0))) return four(g, h);
  if (a === 0x64 && b === 0xff9b) return c === 0 && d === 0 && e === 0 && f === 0 ? four(g, h) : 'private';
  // 6to4 has the address of 32 bits in front.
  if (a === 0x2002) return four(b, c);
  // What is handed out to the world begins with 001; of that, Teredo and other protocols, benchmarks, documentation.
  const global = a >> 13 === 1;
  const special = (a === 0x2001 && (b < 0x200 || b === 0xdb8)) || a === 0x3fff;
  return global && !special ? 'public' : 'private';
}
