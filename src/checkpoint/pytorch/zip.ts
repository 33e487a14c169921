// The directory of a zip archive, and where its entries' bytes lie; read through ranges. Entries are stored, not compressed: PyTorch writes no others.
//
// A file is: for each entry a header, padding, the bytes, and often a descriptor · the directory · its end, for large files with 64-bit numbers before it.
// Format: APPNOTE.TXT of PKWARE, 4.3.
import { NucleusError } from '../../lib/error.ts';

/** A file of which parts can be read. */
export interface ByteSource {
  readonly size: number;
  /** Bytes [begin, end). */
  read(begin: number, end: number): Promise<Uint8Array>;
}

export interface ZipEntry {
  readonly name: string;
  /** Absolute offset of the entry's own header. */
  readonly header: number;
  /** Bytes, as they are stored. */
  readonly size: number;
  /** How it is compressed; 0 is not at all. */
  readonly method: number;
  readonly encrypted: boolean;
  /** Length of the name in bytes. */
  readonly nameBytes: number;
  /** First byte after the entry and all that belongs to it: the next header, or the directory. */
  readonly limit: number;
}

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 65_535;

const MOST_ENTRIES = 20_000;
const MOST_DIRECTORY_BYTES = 8 * 1024 * 1024;

/** PyTorch lets the bytes of an entry begin at a multiple of this. */
const ALIGNMENT = 64;
/** Headers that are read side by side: each may be a request. */
const AT_ONCE = 8;
/** What may lie between an entry's bytes and the next header: nothing, or a descriptor in one of its forms. */
const DESCRIPTORS = [0, 12, 16, 20, 24];

export function badArchive(message: string): NucleusError {
  return new NucleusError('bad_pytorch', message);
}

/** Little-endian numbers of a part of the file. */
class Numbers {
  readonly #view: DataView;
  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }
  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }
  /** @throws NucleusError bad_pytorch above 2^53. */
  u64(at: number): number {
    const value = this.#view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw badArchive('the zip archive has a number beyond any file');
    return Number(value);
  }
}

/**
 * Every entry, in the order of their bytes. Two reads at most for the archives that PyTorch writes.
 * @throws NucleusError bad_pytorch for what is no zip archive, is cut short, or whose entries lie over one another.
 */
export async function readZipDirectory(source: ByteSource): Promise<readonly ZipEntry[]> {
  const tailBegin = Math.max(0, source.size - END_BYTES - LONGEST_COMMENT);
  const tail = await source.read(tailBegin, source.size);
  const { begin, bytes, count } = await directoryOf(source, tail, tailBegin);
  if (count > MOST_ENTRIES) throw badArchive(`the zip archive has ${count} entries, more than ${MOST_ENTRIES}`);
  if (bytes > MOST_DIRECTORY_BYTES) throw badArchive(`the directory of the zip archive has ${bytes} bytes`);
  if (begin + bytes > source.size) throw badArchive('the directory of the zip archive lies beyond the end of the file');
  const directory =
    begin >= tailBegin
      ? tail.subarray(begin - tailBegin, begin - tailBegin + bytes)
      : await source.read(begin, begin + bytes);
  return sorted(readEntries(directory, count), begin);
}

interface DirectoryPlace {
  readonly begin: number;
  readonly bytes: number;
  readonly count: number;
}

async function directoryOf(source: ByteSource, tail: Uint8Array, tailBegin: number): Promise<DirectoryPlace> {
  const numbers = new Numbers(tail);
  let at = tail.length - END_BYTES;
  while (at >= 0 && !(numbers.u32(at) === END && at + END_BYTES + numbers.u16(at + 20) === tail.length)) at--;
  if (at < 0) throw badArchive('the zip archive has no end; the file is cut short');
  const located = at - LOCATOR_BYTES;
  if (located < 0 || numbers.u32(located) !== END_64_LOCATOR)
    return { count: numbers.u16(at + 10), bytes: numbers.u32(at + 12), begin: numbers.u32(at + 16) };
  const far = numbers.u64(located + 8);
  if (far + END_64_BYTES > source.size) throw badArchive('the end of the zip archive lies beyond the end of the file');
  const end64 = new Numbers(
    far >= tailBegin
      ? tail.subarray(far - tailBegin, far - tailBegin + END_64_BYTES)
      : await source.read(far, far + END_64_BYTES),
  );
  if (end64.u32(0) !== END_64) throw badArchive('the zip archive has no end of the 64-bit kind where it says so');
  return { count: end64.u64(32), bytes: end64.u64(40), begin: end64.u64(48) };
}

type Read = Omit<ZipEntry, 'limit'>;

function readEntries(directory: Uint8Array, count: number): Read[] {
  const numbers = new Numbers(directory);
  const entries: Read[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > directory.length || numbers.u32(at) !== CENTRAL)
      throw badArchive(`the directory of the zip archive ends before its entry ${i + 1} of ${count}`);
    const [nameBytes, extraBytes] = [numbers.u16(at + 28), numbers.u16(at + 30)];
    const extra = at + CENTRAL_BYTES + nameBytes;
    const next = extra + extraBytes + numbers.u16(at + 32);
    if (next > directory.length) throw badArchive('the directory of the zip archive is cut short');
    const name = new TextDecoder().decode(directory.subarray(at + CENTRAL_BYTES, extra));
    if (names.has(name)) throw badArchive(`the zip archive holds ${JSON.stringify(name.slice(0, 80))} twice`);
    names.add(name);
    entries.push({ name, nameBytes, ...readSizes(numbers, at, extra, extra + extraBytes) });
    at = next;
  }
  return entries;
}

const ALL_ONES = 0xffff_ffff;

/** The numbers of one entry; those that do not fit 32 bits stand in an extra field, in this order. */
function readSizes(
  numbers: Numbers,
  at: number,
  extra: number,
  extraEnd: number,
): Pick<Read, 'header' | 'size' | 'method' | 'encrypted'> {
  let field = extra;
  while (field + 4 <= extraEnd && numbers.u16(field) !== 1) field += 4 + numbers.u16(field + 2);
  let wide = field + 4;
  const wideEnd = field + 4 <= extraEnd ? Math.min(extraEnd, wide + numbers.u16(field + 2)) : 0;
  const number = (offset: number): number => {
    const short = numbers.u32(at + offset);
    if (short !== ALL_ONES) return short;
    if (wide + 8 > wideEnd) throw badArchive('the directory of the zip archive lacks a 64-bit number');
    wide += 8;
    return numbers.u64(wide - 8);
  };
  const size = number(24);
  const stored = number(20);
  const header = number(42);
  const method = numbers.u16(at + 10);
  if (method === 0 && stored !== size) throw badArchive('the zip archive says two sizes of one entry');
  return { header, size, method, encrypted: (numbers.u16(at + 8) & 1) === 1 };
}

/** By their bytes, each with the place where the next begins; none may lie over another. */
function sorted(entries: readonly Read[], directory: number): ZipEntry[] {
  const inOrder = [...entries].sort((a, b) => a.header - b.header);
  return inOrder.map((entry, i) => {
    const limit = inOrder[i + 1]?.header ?? directory;
    const stored = entry.method === 0 ? entry.size : 0;
    if (entry.header + LOCAL_BYTES + entry.nameBytes + stored > limit)
      throw badArchive(`${JSON.stringify(entry.name.slice(0, 80))} lies over what comes after it in the zip archive`);
    return { ...entry, limit };
  });
}

/**
 * Where the bytes of `entries` begin, in the same order. The directory does not say it: each entry's own header does. In the archives that PyTorch writes it
 * follows from where the next header stands and from the alignment; the headers of the first and the last are read to be sure, and all of them where it
 * does not follow.
 * @throws NucleusError bad_pytorch for an entry that is compressed or encrypted, and for headers that contradict the directory.
 */
export async function locate(source: ByteSource, entries: readonly ZipEntry[]): Promise<readonly number[]> {
  for (const { name, method, encrypted } of entries) {
    if (method !== 0 || encrypted)
      throw badArchive(`${name} is ${encrypted ? 'encrypted' : 'compressed'} in the archive, as PyTorch does not do`);
  }
  const guessed = entries.map(alignedBegin);
  const ends = await beginsOf(source, [...entries.slice(0, 1), ...entries.slice(1).slice(-1)]);
  const holds = ends[0] === guessed[0] && ends.at(-1) === guessed.at(-1);
  if (holds && guessed.every(begin => begin !== undefined)) return guessed;
  const begins: number[] = [];
  for (let i = 0; i < entries.length; i += AT_ONCE)
    for (const begin of await beginsOf(source, entries.slice(i, i + AT_ONCE))) begins.push(begin);
  return begins;
}

/** The one place that is aligned and leaves room for a descriptor of some kind; undefined where there is none, or several. */
function alignedBegin({ header, nameBytes, size, limit }: ZipEntry): number | undefined {
  const places = DESCRIPTORS.map(bytes => limit - bytes - size).filter(
    begin => begin % ALIGNMENT === 0 && begin >= header + LOCAL_BYTES + nameBytes,
  );
  return places.length === 1 ? places[0] : undefined;
}

function beginsOf(source: ByteSource, entries: readonly ZipEntry[]): Promise<number[]> {
  return Promise.all(entries.map(entry => readBegin(source, entry)));
}

async function readBegin(source: ByteSource, { name, header, nameBytes, size, limit }: ZipEntry): Promise<number> {
  const numbers = new Numbers(await source.read(header, header + LOCAL_BYTES));
  const begin = header + LOCAL_BYTES + nameBytes + numbers.u16(28);
  if (numbers.u32(0) !== LOCAL || numbers.u16(26) !== nameBytes || begin + size > limit)
    throw badArchive(`the header of ${JSON.stringify(name.slice(0, 80))} in the zip archive contradicts its directory`);
  return begin;
}
