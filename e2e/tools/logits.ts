// The engine on the command line: npm run -s logits -- <model folder | file.gguf> --tokens 1,2,3 [--greedy 16] [--format int8]
//
// The same checkpoint reader, loader, session and kernels as on the page, in Node on Dawn. One JSON object on standard output; what goes
// wrong is one line on standard error and exit code 1. All that can be checked without an adapter is checked before one is asked for.
import process from 'node:process';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { openCheckpoint } from '../../src/checkpoint/formats.ts';
import { describeAdapter } from '../../src/engine/adapter.ts';
import { type NumericCheckpoint, readNumericCheckpoint } from '../../src/engine/checkpoint.ts';
import type { Session } from '../../src/engine/session.ts';
import { openGpu } from '../../src/gpu/device.ts';
import { defined } from '../../src/lib/assert.ts';
import { NucleusError } from '../../src/lib/error.ts';
import { isWeightFormat, WEIGHT_FORMATS, type WeightFormat } from '../../src/lib/weight-format.ts';
import { matchWeights } from '../../src/model/checkpoint.ts';
import { assertSoundRow, rankRow } from '../../src/sampling/row.ts';
import { readTokenizerFiles } from '../../src/tokenizer/files.ts';
import { openTokenizer } from '../../src/tokenizer/open.ts';
import { formatFor, loadFolder } from '../support/folder-model.ts';
import { type FolderFiles, openFolder } from '../support/node-files.ts';

const USAGE =
  'usage: npm run -s logits -- <model folder | file.gguf> (--tokens 1,2,3 | --text "...") [--greedy N] [--format f32|f16|int8|int4]';
const TOP = 20;

interface Request {
  readonly folder: string;
  readonly tokens: readonly number[] | null;
  readonly text: string | null;
  readonly greedy: number;
  /** How matrices of floats are stored; as in the checkpoint unless given. */
  readonly format: WeightFormat | null;
}

/** What is printed. Numbers are f32 logits and float64 sums over them, not rounded. */
interface Answer {
  readonly adapter: string;
  /** Logsumexp of the row after the last given token, nats. */
  readonly log_z: number;
  /** The likeliest ids after the last given token; of equal logits the lower id first. */
  readonly top: readonly { readonly id: number; readonly logit: number; readonly logprob: number }[];
  /** Of each given token after the first. */
  readonly logprobs: readonly number[];
  /** The most likely ids one after the other: as many as were asked for, or fewer where the context is full. */
  readonly greedy: readonly number[];
  /** The given ids: what `--text` became. */
  readonly tokens: readonly number[];
}

/** Where the program writes. */
interface Streams {
  readonly stdout: Pick<Writable, 'write'>;
  readonly stderr: Pick<Writable, 'write'>;
}

export async function main(args: string[], { stdout, stderr }: Streams = process): Promise<number> {
  try {
    const request = readRequest(args);
    const files = await openFolder(request.folder);
    const checkpoint = await readNumericCheckpoint(files);
    matchWeights(checkpoint.graph, checkpoint.tensors);
    const format = formatFor(checkpoint, request.format, line => stderr.write(`${line}\n`));
    const ids = await idsOf(request, files, checkpoint);
    const answer = await compute(files, checkpoint, ids, { ...request, format });
    stdout.write(`${JSON.stringify(answer)}\n`);
    return 0;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    stderr.write(`${message.replaceAll(/\s+/g, ' ').trim()}\n`);
    return 1;
  }
}

function readRequest(args: string[]): Request {
  const { positionals, values } = parse(args);
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0 || (values.tokens === undefined) === (values.text === undefined))
    throw new Error(USAGE);
  return {
    folder,
    tokens: values.tokens === undefined ? null : values.tokens.split(',').map(id => wholeNumber('--tokens', id)),
    text: values.text ?? null,
    greedy: values.greedy === undefined ? 0 : wholeNumber('--greedy', values.greedy),
    format: values.format === undefined ? null : formatNamed(values.format),
  };
}

function parse(args: string[]) {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { tokens: option, text: option, greedy: option, format: option },
    });
  } catch (thrown) {
    throw new Error(`${thrown instanceof Error ? thrown.message : String(thrown)}; ${USAGE}`);
  }
}

function formatNamed(name: string): WeightFormat {
  if (isWeightFormat(name)) return name;
  throw new Error(`--format: "${name}" is none of ${WEIGHT_FORMATS.join(', ')}; ${USAGE}`);
}

function wholeNumber(option: string, text: string): number {
  const digits = text.trim();
  if (!/^\d{1,9}$/.test(digits)) throw new Error(`${option}: "${digits}" is not a whole number; ${USAGE}`);
  return Number(digits);
}

/** The given ids, or those of the text; refused where the model could not take them. */
async function idsOf(request: Request, files: FolderFiles, { graph }: NumericCheckpoint): Promise<Uint32Array> {
  const { n_ctx, vocab_size } = graph.dims;
  const ids = request.tokens ?? [...(await tokenize(request.text ?? '', files, vocab_size))];
  if (ids.length === 0) throw new NucleusError('empty_prompt', 'there is no token to start from');
  const bad = ids.find(id => id >= vocab_size);
  if (bad !== undefined)
    throw new NucleusError('bad_token', `token id ${bad} is outside the vocabulary of ${vocab_size}`);
  if (ids.length > n_ctx)
    throw new NucleusError('prompt_too_long', `${ids.length} tokens do not fit a context of ${n_ctx}`);
  return Uint32Array.from(ids);
}

async function tokenize(text: string, files: FolderFiles, vocab_size: number): Promise<Uint32Array> {
  const found = readTokenizerFiles((await openCheckpoint(files)).tokenizerFiles);
  if (found === null) throw new NucleusError('missing_file', 'tokenizer.json is missing');
  return (await openTokenizer(found.source, found.config, vocab_size)).encode(text);
}

async function compute(
  files: FolderFiles,
  checkpoint: NumericCheckpoint,
  ids: Uint32Array,
  { greedy: count, format }: Request,
): Promise<Answer> {
  const gpu = await openGpu();
  const { session } = await loadFolder(gpu, files, checkpoint, format);
  const row = await soundRow(session, ids);
  const { order, logZ } = rankRow(row);
  const top = Array.from(order.subarray(0, TOP), id => {
    const logit = row[id] ?? Number.NaN;
    return { id, logit, logprob: logit - logZ };
  });
  const logprobs: number[] = [];
  for await (const tile of session.score(ids, 1)) logprobs.push(...tile.rows.map(scored => scored.logit - scored.logZ));
  if (!logprobs.every(Number.isFinite))
    throw new NucleusError('nan_logits', 'a log-probability is not a finite number');
  const greedy = await continueGreedily(session, ids, count);
  const { description, vendor, architecture } = describeAdapter(gpu);
  const adapter = description || `${vendor} ${architecture}`.trim() || 'unknown';
  return { adapter, log_z: logZ, top, logprobs, greedy, tokens: [...ids] };
}

async function soundRow(session: Session, ids: Uint32Array): Promise<Float32Array> {
  const row = await session.next(ids);
  assertSoundRow(row);
  return row;
}

async function continueGreedily(session: Session, ids: Uint32Array, count: number): Promise<number[]> {
  const text = [...ids];
  while (text.length < ids.length + count && text.length <= session.dims.n_ctx) {
    const { order } = rankRow(await soundRow(session, Uint32Array.from(text)));
    text.push(defined(order[0], 'a likeliest id'));
  }
  return text.slice(ids.length);
}
