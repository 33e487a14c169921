// A program of the command line as a test runs it: in the test's own process, whose start takes longer than all else, or in one of its own.
import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Output {
  write(words: string): boolean;
}

function collector() {
  const words: string[] = [];
  return { words, write: (given: string) => words.push(given) > 0 };
}

export async function inProcess(main: (stdout: Output, stderr: Output) => Promise<number>): Promise<Outcome> {
  const [out, error] = [collector(), collector()];
  const code = await main(out, error);
  return { code, stdout: out.words.join(''), stderr: error.words.join('') };
}

/** @param args those of `e2e/tools/run.mjs` */
export function asProgram(args: readonly string[], input = ''): Promise<Outcome> {
  const program = ['e2e/tools/run.mjs', ...args];
  return new Promise(resolve => {
    const child = execFile(process.execPath, program, { cwd: ROOT, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.end(input);
  });
}
