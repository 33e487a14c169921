// Reads the header of a safetensors file: which tensor lies where. Trusts nothing in it.
//
// A file is: 8 bytes little-endian length N · N bytes of JSON · the data.
// Format: https://github.com/huggingface/safetensors (README, "Format").
import { array, custom, object, strictTuple } from 'valibot';
import { NucleusError } from '../lib/error.ts';
import { bitsPerElement, type Dtype, isDtype } from './dtypes.ts';
import { checked, isJsonObject } from './json.ts';

export const MAX_HEADER_BYTES = 10 * 1024 * 1024;
export const MAX_TENSORS = 10_000;
const MAX_RANK = 8;
export const MAX_NAME_LENGTH = 512;

/** One tensor: `begin` and `end` are absolute byte offsets in the file. */
export interface TensorRange {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
  /** Steps of the dimensions, in elements, where the elements do not lie one after the other in the tensor's order; see `Reordering`. */
  readonly strides?: readonly number[];
}

export interface SafetensorsHeader {
  /** By name, in the order of the bytes in the file. */
  readonly tensors: ReadonlyMap<string, TensorRange>;
  /** Absolute offset of the first byte of data. */
  readonly dataBegin: number;
  readonly metadata: ReadonlyMap<string, string>;
}

function bad(message: string): NucleusError {
  return new NucleusError('bad_safetensors', message);
}

/** Space, tab, line feed, carriage return: white space of JSON. */
const WHITE: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/** A name as it may stand in a sentence: quoted, with no control characters, not endless. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
}

/**
 * Length in bytes of the JSON header, from the first 8 bytes of a file of `fileSize` bytes. Nothing has to be allocated before.
 * @throws NucleusError bad_safetensors when it cannot be a safetensors file.
 */
export function headerLength(first8: Uint8Array, fileSize: number): number {
  if (first8.length < 8 || fileSize < 8)
    throw bad(`the file has ${Math.min(first8.length, fileSize)} bytes, too few for a header`);
  const begins = String.fromCharCode(...first8.subarray(0, 8));
  if (begins === 'version ')
    throw bad('this is a Git LFS pointer, a small text in place of the weights; download the file itself');
  if (begins.startsWith('PK\x03\x04')) throw bad('this is a PyTorch or zip archive, not a safetensors file');
  if (begins.startsWith('GGUF')) throw bad('this is a GGUF file, not a safetensors file');
  const view = new DataView(first8.buffer, first8.byteOffset, 8);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  if (length < 2) throw bad(`the header cannot have a length of ${length} bytes`);
  if (length > MAX_HEADER_BYTES)
    throw bad(`a header of ${length} bytes is more than the allowed ${MAX_HEADER_BYTES}; is this a safetensors file?`);
  if (length > fileSize - 8)
    throw bad(`the header is cut short: ${length - (fileSize - 8)} of its ${length} bytes are missing`);
  return length;
}

/**
 * Parses `header`, the JSON bytes after the first 8, of a file of `fileSize` bytes.
 * The tensors cover the data without a gap or an overlap, each as large as its shape and dtype say.
 * @throws NucleusError bad_safetensors with a sentence that names the tensor.
 */
export function parseSafetensorsHeader(header: Uint8Array, fileSize: number): SafetensorsHeader {
  const first = header.find(byte => !WHITE.includes(byte));
  if (first !== 0x7b) throw bad('the header does not begin with "{"');
  const text = decodeText(header);
  refuseWhatJsonHides(text);
  const entries = Object.entries(parseObject(text));
  const dataBegin = 8 + header.length;
  let metadata: ReadonlyMap<string, string> = new Map();
  const ranges: TensorRange[] = [];
  for (const [name, value] of entries) {
    if (name === '__metadata__') metadata = readMetadata(value);
    else ranges.push(readTensor(name, value, dataBegin));
  }
  if (ranges.length > MAX_TENSORS) throw bad(`${ranges.length} tensors are more than the allowed ${MAX_TENSORS}`);
  ranges.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(ranges, dataBegin, fileSize);
  return { tensors: new Map(ranges.map(range => [range.name, range])), dataBegin, metadata };
}

function decodeText(header: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch (cause) {
    throw new NucleusError('bad_safetensors', 'the header is not valid UTF-8', {}, { cause });
  }
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NucleusError('bad_safetensors', 'the header is not valid JSON', {}, { cause });
  }
  if (!isJsonObject(value)) throw bad('the header is not a JSON object');
  return value;
}

/** What is open at a place of the text: an object with the keys it has had, the last one last; or a list. */
type Open = { readonly keys: Set<string>; last: string } | null;

/**
 * JSON.parse keeps the last of two equal keys in silence, makes no difference between 2 and 2.0, and takes half a surrogate pair for a character. So
 * keys, sizes and strings are read once beforehand. The text need not be valid JSON: what is broken is found by JSON.parse afterwards. Linear in the
 * text, and stops at too many names, too long ones or too deep nesting before anything large is built.
 */
function refuseWhatJsonHides(text: string): void {
  const open: Open[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '{') open.push({ keys: new Set(), last: '' });
    else if (char === '[') open.push(null);
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, i);
      readString(text.slice(i, end), isKey(text, end) ? open.at(-1) : null);
      i = end - 1;
    } else if (open.at(-1) === null && /[-+.\d]/.test(char)) {
      const end = endOfNumber(text, i);
      if (!/^(?:0|[1-9]\d*)$/.test(text.slice(i, end))) throw noSize(open);
      i = end - 1;
    }
    if (open.length > 4) throw bad('the header is nested too deep');
  }
}

function endOfNumber(text: string, begin: number): number {
  let end = begin;
  while (/[-+.\dEe]/.test(text.charAt(end))) end++;
  return end;
}

/** The error for a number in a list that is not written as a size. */
function noSize([root, tensor]: readonly Open[]): NucleusError {
  const name = `tensor ${quoted(root?.last ?? '')}`;
  return tensor?.last === 'data_offsets' ? noOffsets(name) : noShape(name);
}

const noShape = (tensor: string) => bad(`${tensor} has a shape that is not a list of sizes`);
const noOffsets = (tensor: string) => bad(`${tensor} has data_offsets that are not two byte offsets`);

/** Index after the closing quote of the string that begins at `begin`. */
function endOfString(text: string, begin: number): number {
  for (let i = begin + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let i = end;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  return text[i] === ':';
}

/** Checks the string that `literal` spells; as a key of `object` too, where it is one. */
function readString(literal: string, object: Open | undefined): void {
  if (object && literal.length > 6 * MAX_NAME_LENGTH + 2) throw bad(`the name ${quoted(literal.slice(1))} is too long`);
  if (!object && !/\\u[dD]/.test(literal)) return;
  let string: unknown;
  try {
    string = JSON.parse(literal);
  } catch (cause) {
    throw new NucleusError('bad_safetensors', 'the header is not valid JSON', {}, { cause });
  }
  if (typeof string !== 'string') return;
  if (!string.isWellFormed()) throw bad(`the text ${quoted(string)} holds half a character (a lone surrogate)`);
  if (!object) return;
  if (object.keys.has(string)) throw bad(`the name ${quoted(string)} occurs twice`);
  if (object.keys.size > MAX_TENSORS) throw bad(`more than ${MAX_TENSORS} names in the header`);
  object.keys.add(string);
  object.last = string;
}

function readMetadata(value: unknown): ReadonlyMap<string, string> {
  if (!isJsonObject(value)) throw bad('__metadata__ is not an object');
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw bad(`__metadata__ ${quoted(key)} is not a string`);
    metadata.set(key, text);
  }
  return metadata;
}

const COUNT = custom<number>(value => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0);
const TENSOR = object({
  dtype: custom<Dtype>(isDtype),
  shape: array(COUNT),
  data_offsets: strictTuple([COUNT, COUNT]),
});

function readTensor(name: string, value: unknown, dataBegin: number): TensorRange {
  const tensor = `tensor ${quoted(name)}`;
  if (name.length > MAX_NAME_LENGTH) throw bad(`${tensor} has a name of ${name.length} characters`);
  if (!isJsonObject(value)) throw bad(`${tensor} is not described by an object`);
  const { dtype, shape, data_offsets } = checked(TENSOR, value, ({ path }) => {
    if (path?.[0].key === 'shape') return noShape(tensor);
    if (path?.[0].key === 'data_offsets') return noOffsets(tensor);
    return bad(`${tensor} has the unknown dtype ${quoted(String(value.dtype))}`);
  });
  if (shape.length > MAX_RANK) throw bad(`${tensor} has ${shape.length} dimensions, more than ${MAX_RANK}`);
  const [begin, end] = data_offsets;
  if (begin > end) throw bad(`${tensor} ends before it begins`);
  const bytes = byteSize(tensor, shape, dtype);
  if (bytes !== end - begin) {
    throw bad(
      `${tensor} of ${dtype} [${shape.join(', ')}] needs ${bytes} bytes, but its data_offsets span ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin: dataBegin + begin, end: dataBegin + end };
}

/** Bytes of the whole tensor; every product on the way is an exact integer. */
function byteSize(tensor: string, shape: readonly number[], dtype: Dtype): number {
  let bits = bitsPerElement(dtype);
  for (const size of shape) {
    bits *= size;
    if (!Number.isSafeInteger(bits)) throw bad(`${tensor} has a shape whose size overflows`);
  }
  if (bits % 8 !== 0) throw bad(`${tensor} of ${dtype} does not end at a whole byte`);
  return bits / 8;
}

/** `ranges` sorted by offset must touch each other, begin with the data and end with the file. */
function checkCoverage(ranges: readonly TensorRange[], dataBegin: number, fileSize: number): void {
  let at = dataBegin;
  let last = 'the header';
  for (const range of ranges) {
    const tensor = `tensor ${quoted(range.name)}`;
    if (range.begin > at) throw bad(`${range.begin - at} bytes between ${last} and ${tensor} belong to no tensor`);
    if (range.begin < at) throw bad(`${tensor} overlaps ${last}`);
    at = range.end;
    last = tensor;
  }
  if (!Number.isSafeInteger(at)) throw bad(`${last} ends beyond any file`);
  if (at > fileSize)
    throw bad(`the file is cut short: ${at - fileSize} bytes are missing, ${last} ends at byte ${at} of ${fileSize}`);
  if (at < fileSize) throw bad(`${fileSize - at} bytes after ${last} belong to no tensor`);
}
