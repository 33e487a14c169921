// A PyTorch file of weights (pytorch_model.bin): which tensor lies where in it. A zip archive with a pickle that names the tensors, and an entry for
// each storage of numbers.
import { bitsPerElement, isWeightDtype } from '../dtypes.ts';
import { MAX_NAME_LENGTH, MAX_TENSORS, type TensorRange } from '../safetensors.ts';
import { isApart, isPlain, reach } from '../strided.ts';
import { readPickle } from './pickle.ts';
import { isDict, isTensor, type StorageRef, type TensorView, type Value } from './pickle-values.ts';
import { type ByteSource, badArchive, locate, readZipDirectory, type ZipEntry } from './zip.ts';

const MOST_PICKLE_BYTES = 8 * 1024 * 1024;
/** Names under which trainers put the state dict of a model beside other things. */
const WRAPPINGS = ['state_dict', 'model_state_dict', 'model', 'module'];
const DEEPEST_WRAPPING = 4;

/** PyTorch's format before 1.6: pickles one after the other, the first of them a magic number. */
const OLD_FORMAT = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46];
const ZIP = [0x50, 0x4b];

/**
 * The tensors of an archive by name, in the order of their bytes; several may share them. Reads the directory, the pickle and two headers.
 * Numbers that are no floats stay where they lie in order: masks, which nothing reads.
 * @throws NucleusError bad_pytorch with a sentence that names what is wrong, and what reading throws.
 */
export async function readArchive(source: ByteSource): Promise<ReadonlyMap<string, TensorRange>> {
  checkBeginning(await source.read(0, Math.min(OLD_FORMAT.length, source.size)));
  const entries = new Map((await readZipDirectory(source)).map(entry => [entry.name, entry]));
  const pickle = [...entries.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) throw badArchive('the zip archive has no data.pkl and was not written by PyTorch');
  if (pickle.size > MOST_PICKLE_BYTES) throw badArchive(`${pickle.name} has ${pickle.size} bytes`);
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  await checkByteOrder(source, entries.get(`${folder}byteorder`));
  const views = tensorsOf(readPickle(await readEntry(source, pickle)));
  return rangesOf(views, await storagesOf(source, entries, folder, views));
}

function checkBeginning(first: Uint8Array): void {
  const begins = (magic: readonly number[]) => magic.every((byte, i) => first[i] === byte);
  if (begins(OLD_FORMAT)) {
    throw badArchive(
      "this is PyTorch's format from before version 1.6, which is not read; save it once with a newer PyTorch, or take safetensors",
    );
  }
  if (!begins(ZIP)) throw badArchive('this is no zip archive, as PyTorch writes them');
}

async function readEntry(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const [begin = 0] = await locate(source, [entry]);
  return source.read(begin, begin + entry.size);
}

async function checkByteOrder(source: ByteSource, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined || entry.size > 16) return;
  const order = new TextDecoder().decode(await readEntry(source, entry));
  if (order !== 'little')
    throw badArchive(`the numbers are in ${JSON.stringify(order)} byte order; only little is read`);
}

/** The tensors of a state dict, found inside what trainers wrap it in. */
function tensorsOf(root: Value): ReadonlyMap<string, TensorView> {
  let dict = root;
  for (let depth = 0; depth < DEEPEST_WRAPPING && isDict(dict); depth++) {
    const { entries } = dict;
    const inner = WRAPPINGS.map(name => entries.get(name)).find(isDict);
    if (inner === undefined) break;
    dict = inner;
  }
  if (!isDict(dict)) throw badArchive('the pickle holds no dictionary of tensors');
  const tensors = new Map<string, TensorView>();
  for (const [name, value] of dict.entries) if (isTensor(value)) tensors.set(String(name), value);
  if (tensors.size === 0) throw badArchive('the pickle holds no tensors');
  if (tensors.size > MAX_TENSORS) throw badArchive(`${tensors.size} tensors are more than the allowed ${MAX_TENSORS}`);
  const long = [...tensors.keys()].find(name => name.length > MAX_NAME_LENGTH);
  if (long !== undefined) throw badArchive(`a tensor has a name of ${long.length} characters`);
  return tensors;
}

/** Where each storage begins, by its key. */
async function storagesOf(
  source: ByteSource,
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  views: ReadonlyMap<string, TensorView>,
): Promise<ReadonlyMap<string, number>> {
  const used = new Map<string, ZipEntry>();
  for (const [name, { storage }] of views) {
    const entry = entries.get(`${folder}data/${storage.key}`);
    if (entry === undefined) throw badArchive(`tensor ${name} lies in storage ${storage.key}, which is missing`);
    checkSize(storage, entry);
    used.set(storage.key, entry);
  }
  const inOrder = [...used].sort(([, a], [, b]) => a.header - b.header);
  const begins = await locate(
    source,
    inOrder.map(([, entry]) => entry),
  );
  return new Map(inOrder.map(([key], i) => [key, begins[i] ?? 0]));
}

function checkSize({ key, length, dtype }: StorageRef, entry: ZipEntry): void {
  const bytes = length * (bitsPerElement(dtype) / 8);
  if (entry.size !== bytes)
    throw badArchive(`storage ${key} has ${entry.size} bytes, and ${length} elements of ${dtype} are ${bytes}`);
}

function rangesOf(
  views: ReadonlyMap<string, TensorView>,
  begins: ReadonlyMap<string, number>,
): ReadonlyMap<string, TensorRange> {
  const ranges: TensorRange[] = [];
  for (const [name, { storage, offset, shape, strides }] of views) {
    const { dtype } = storage;
    const plain = isPlain(shape, strides);
    if (!plain && !isWeightDtype(dtype)) continue;
    if (!plain && !isApart(shape, strides))
      throw badArchive(`tensor ${name} means the same numbers several times (its strides are ${strides.join(', ')})`);
    const bytes = bitsPerElement(dtype) / 8;
    const begin = (begins.get(storage.key) ?? 0) + offset * bytes;
    const end = begin + reach(shape, plain ? plainOf(shape) : strides) * bytes;
    ranges.push({ name, dtype, shape, begin, end, ...(plain ? {} : { strides }) });
  }
  ranges.sort((a, b) => a.begin - b.begin || a.end - b.end);
  return new Map(ranges.map(range => [range.name, range]));
}

/** Strides are free where a dimension is one; these are the ones without gaps. */
const plainOf = (shape: readonly number[]) => shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
