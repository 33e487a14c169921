// A tokenizer on the command line: npm run -s tokenize -- <model folder | tokenizer.json | tokenizer.model | file.gguf> < texts.json
//
// The same code as on the page. A JSON array of strings on standard input, a JSON array of their ids on standard output: as typed text, so
// that nothing becomes a special token and none is added. What goes wrong is one line on standard error and exit code 1; wrong use is 2.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { openCheckpoint } from '../../src/checkpoint/formats.ts';
import { isGguf } from '../../src/checkpoint/gguf/splits.ts';
import { NucleusError } from '../../src/lib/error.ts';
import { readTokenizerFiles, TOKENIZER_FILES, type TokenizerFiles } from '../../src/tokenizer/files.ts';
import { openTokenizer } from '../../src/tokenizer/open.ts';
import { openFolder } from '../support/node-files.ts';

const USAGE =
  'usage: npm run -s tokenize -- <model folder | tokenizer.json | tokenizer.model | file.gguf> < texts.json';

/** Where the program reads and writes. */
interface Streams {
  readonly stdin: Readable;
  readonly stdout: Pick<Writable, 'write'>;
  readonly stderr: Pick<Writable, 'write'>;
}

export async function main(args: string[], { stdin, stdout, stderr }: Streams = process): Promise<number> {
  const failed = (message: string, code: number): number => {
    stderr.write(`${message.replaceAll(/\s+/g, ' ').trim()}\n`);
    return code;
  };
  const [where, ...more] = args;
  if (where === undefined || more.length > 0 || where.startsWith('-')) return failed(USAGE, 2);
  try {
    const found = readTokenizerFiles(await filesAt(where));
    if (found === null) throw new NucleusError('missing_file', `${where} holds no tokenizer`);
    const tokenizer = await openTokenizer(found.source, found.config, null);
    const texts = readTexts(await text(stdin));
    stdout.write(`${JSON.stringify(texts.map(each => Array.from(tokenizer.encode(each))))}\n`);
    return 0;
  } catch (thrown) {
    return failed(thrown instanceof Error ? thrown.message : String(thrown), 1);
  }
}

/** The files of a tokenizer in a folder, or a single one under the name that its end says. */
async function filesAt(where: string): Promise<TokenizerFiles> {
  const facts = await stat(where).catch(() => null);
  if (facts === null) throw new NucleusError('missing_file', `${where}: there is no such file or folder`);
  if (isGguf(where)) return (await openCheckpoint(await openFolder(where))).tokenizerFiles;
  if (!facts.isDirectory()) {
    const name = where.endsWith('.model')
      ? 'tokenizer.model'
      : path.basename(where) === 'tekken.json'
        ? 'tekken.json'
        : 'tokenizer.json';
    return new Map([[name, new Uint8Array(await readFile(where))]]);
  }
  const files = new Map<string, Uint8Array>();
  for (const name of TOKENIZER_FILES) {
    const bytes = await readFile(path.join(where, name)).catch(() => null);
    if (bytes !== null) files.set(name, new Uint8Array(bytes));
  }
  const hasGguf = files.size === 0 && (await readdir(where)).some(isGguf);
  return hasGguf ? (await openCheckpoint(await openFolder(where))).tokenizerFiles : files;
}

function readTexts(json: string): string[] {
  let texts: unknown;
  try {
    texts = JSON.parse(json);
  } catch {
    throw new NucleusError('bad_json', 'standard input is not valid JSON');
  }
  if (!Array.isArray(texts) || !texts.every(each => typeof each === 'string')) {
    throw new NucleusError('bad_json', 'standard input is not a JSON array of strings');
  }
  return texts;
}
