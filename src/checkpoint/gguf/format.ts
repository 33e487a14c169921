// GGUF files as checkpoints: one file, or several parts, that hold configuration, tokenizer and weights.
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import type { Arrangement } from '../arrangement.ts';
import type { CheckpointFiles, CheckpointFormat, StoredTensor } from '../checkpoint.ts';
import { isWeightDtype, toFloat32 } from '../dtypes.ts';
import { checkFirstBytes } from '../first-bytes.ts';
import type { JsonFields } from '../json.ts';
import { architectureOf, type GgufArchitecture } from './architectures.ts';
import { Fields, refuseUnknown, shortest, textIds } from './fields.ts';
import { type GgufHeader, readGgufHeader } from './header.ts';
import type { Metadata } from './metadata.ts';
import { familyName } from './names.ts';
import { FACTOR_TENSORS, type RopeFactors } from './rope.ts';
import { type GgufModel, isGguf, modelsAmong } from './splits.ts';
import { readGgufTokenizer } from './tokenizer.ts';

const FIRST_BYTES = 24;

export const GGUF: CheckpointFormat = {
  name: 'gguf',
  isWeights: isGguf,
  decidesNumbers: isGguf,
  isComplete: present => modelsAmong(present).some(({ files }) => files.every(file => present.has(file))),
  // Its names are anyone's choice: nothing can be asked for.
  seek: () => Promise.resolve(false),
  files: present => Promise.resolve().then(() => chosen(present).files),
  open: async files => {
    const { parts, metadata, tensors } = await readParts(files, chosen(new Set(files.names)));
    refuseOthers(metadata);
    const arch = metadata.text('general.architecture') ?? '';
    const architecture = architectureOf(arch);
    const fields = new Fields(arch, metadata, tensors);
    refuseUnknown(fields, architecture.honoured ?? []);
    const stored = inFamily(architecture, architecture.drafts ? withoutDrafts(fields, tensors) : tensors);
    const config = architecture.config(fields, await ropeFactors(files, tensors));
    const tokenizer = readGgufTokenizer(metadata);
    return {
      config,
      tokenizerFiles: tokenizer.files,
      tokenizerConfig: tokenizer.config,
      generation: generationOf(metadata, fields),
      arrangement: arrangementOf(architecture, fields),
      weights: () => Promise.resolve({ tensors: stored, weightFiles: parts }),
    };
  },
};

/** The only model among the files. @throws NucleusError missing_file where a part of it is not there, choose_file where there are several. */
function chosen(present: ReadonlySet<string>): GgufModel {
  const [model, ...others] = modelsAmong(present);
  if (model === undefined) throw new NucleusError('missing_file', 'there is no GGUF file');
  if (others.length > 0) {
    const names = [model, ...others].map(({ name }) => name).join(', ');
    throw new NucleusError('choose_file', `there are several models (${names}); open one of them by itself`);
  }
  const absent = model.files.filter(file => !present.has(file));
  const [first] = absent;
  if (first === undefined) return model;
  const detail = absent.length === 1 ? { file: first } : { file: first, files: absent.slice(0, 8).join(', ') };
  const subject = absent.length === 1 ? `${first} is` : `${absent.slice(0, 8).join(', ')} are`;
  throw new NucleusError('missing_file', `${subject} missing, of the ${model.files.length} parts of the model`, detail);
}

/** Settings of sampling by their keys, in the words of generation_config.json. */
const SAMPLING: readonly (readonly [key: string, setting: string])[] = [
  ['temp', 'temperature'],
  ['top_k', 'top_k'],
  ['top_p', 'top_p'],
  ['penalty_repeat', 'repetition_penalty'],
];

function generationOf(metadata: Metadata, fields: Fields): JsonFields {
  const settings = SAMPLING.flatMap(([key, setting]) => {
    const value = metadata.number(`general.sampling.${key}`);
    return value === undefined ? [] : [[setting, shortest(value)] as const];
  });
  return { ...Object.fromEntries(settings), eos_token_id: textIds(fields).eos_token_id };
}

interface Parts {
  readonly parts: readonly string[];
  /** Of the first part. */
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

async function readParts(files: CheckpointFiles, { files: parts }: GgufModel): Promise<Parts> {
  const tensors = new Map<string, StoredTensor>();
  let first: Metadata | null = null;
  for (const [place, file] of parts.entries()) {
    const header = await readHeader(files, file);
    first ??= header.metadata;
    checkPart(header.metadata, file, place, parts.length);
    for (const [name, range] of header.tensors) {
      const other = tensors.get(name);
      if (other) throw damagedFile(file, `tensor ${JSON.stringify(name)} lies in ${other.file} too`);
      tensors.set(name, { ...range, file });
    }
  }
  if (first === null) throw new NucleusError('missing_file', 'there is no GGUF file');
  const count = first.number('split.tensors.count');
  if (count !== undefined && count !== tensors.size)
    throw damagedFile(parts[0] ?? '', `the parts have ${tensors.size} tensors, not ${count}`);
  return { parts, metadata: first, tensors };
}

const damagedFile = (file: string, message: string) => new NucleusError('bad_gguf', message, { file });

/** @throws NucleusError bad_gguf for a part that says it is another one. */
function checkPart(metadata: Metadata, file: string, place: number, count: number): void {
  const [number, of] = [metadata.number('split.no') ?? 0, metadata.number('split.count') ?? 1];
  // Tools that write one file leave the count out, or at 0.
  if (Math.max(of, 1) === count && number === place) return;
  throw damagedFile(file, `it says that it is part ${number + 1} of ${of}; its name says ${place + 1} of ${count}`);
}

async function readHeader(files: CheckpointFiles, file: string): Promise<GgufHeader> {
  const size = files.size(file);
  checkFirstBytes(file, await files.read(file, 0, Math.min(FIRST_BYTES, size)));
  try {
    return await readGgufHeader(size, (begin, end) => files.read(file, begin, end));
  } catch (thrown) {
    const { code, message, detail } = asNucleusError(thrown);
    throw code === 'bad_gguf' ? new NucleusError(code, message, { ...detail, file }) : thrown;
  }
}

/** Files that are no model by themselves, by what they say. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['adapter', 'an adapter (LoRA), which changes another model'],
  ['mmproj', 'a projector (mmproj), which shows images to another model'],
  ['clip', 'a projector (mmproj), which shows images to another model'],
  ['imatrix', 'an importance matrix, which measures another model'],
  ['controlvector', 'a control vector, which steers another model'],
]);

/** @throws NucleusError unsupported_model. */
function refuseOthers(metadata: Metadata): void {
  const names = [metadata.text('general.type'), metadata.text('general.architecture')];
  const found = names.flatMap(name => OTHERS.get(name ?? '') ?? [])[0];
  if (found !== undefined) throw new NucleusError('unsupported_model', `the file is ${found}`, { found });
}

/** Tensors that older files have and that say nothing. */
const HARMLESS = /^(?:blk\.\d+\.)?(?:attn_rot_embd|rope_freqs)(?:\.weight)?$/;

/** The tensors of the model's own layers, and those of none. */
function withoutDrafts({ layers }: Fields, tensors: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const isOwn = (name: string): boolean => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1) < layers;
  return new Map([...tensors].filter(([name]) => isOwn(name)));
}

/** The tensors by their names in the family. @throws NucleusError unsupported_config for one that the family does not have. */
function inFamily(
  { names, convolution }: GgufArchitecture,
  tensors: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, StoredTensor> {
  const factors: readonly string[] = Object.values(FACTOR_TENSORS);
  const found = new Map<string, StoredTensor>();
  for (const tensor of tensors.values()) {
    const name = familyName(names, tensor.name);
    if (name === null && (factors.includes(tensor.name) || HARMLESS.test(tensor.name))) continue;
    if (name === null)
      throw new NucleusError('unsupported_config', `the tensor ${tensor.name} has no place in this architecture`, {
        field: tensor.name,
      });
    const [channels = 0, taps = 0] = tensor.shape;
    const shape = convolution?.test(name) && tensor.shape.length === 2 ? [channels, 1, taps] : tensor.shape;
    found.set(name, { ...tensor, name, shape });
  }
  return found;
}

async function ropeFactors(files: CheckpointFiles, tensors: ReadonlyMap<string, StoredTensor>): Promise<RopeFactors> {
  const read = async (name: string): Promise<readonly number[] | undefined> => {
    const tensor = tensors.get(name);
    if (tensor === undefined) return undefined;
    const { file, begin, end, dtype } = tensor;
    if (!isWeightDtype(dtype)) throw damagedFile(file, `${name} is ${dtype}`);
    return [...toFloat32(await files.read(file, begin, end), dtype)];
  };
  const [all, short, long] = [
    await read(FACTOR_TENSORS.all),
    await read(FACTOR_TENSORS.short),
    await read(FACTOR_TENSORS.long),
  ];
  return { ...(all && { all }), ...(short && { short }), ...(long && { long }) };
}

function arrangementOf(
  { interleaved, wholeNorms, tiledDelta, turned, apart }: GgufArchitecture,
  fields: Fields,
): Arrangement {
  return {
    interleaved: interleaved === true,
    wholeNorms: wholeNorms === true,
    tiledDelta: tiledDelta === true,
    turned: name => turned?.test(name) ?? false,
    order: (name, rows) => (apart?.test(name) ? apartOrder(rows, fields.heads) : null),
  };
}

/** The rows of a tensor that has queries, keys and values of a head together, in one that has all queries, all keys, all values. */
function apartOrder(rows: number, heads: number): number[] {
  const size = rows / (3 * heads);
  return Array.from({ length: rows }, (_, row) => {
    const head = Math.floor(row / (3 * size));
    const which = Math.floor(row / size) % 3;
    return (which * heads + head) * size + (row % size);
  });
}
