// Records the run that a browser without WebGPU shows, on the engine in Node: npm run record. The files in public/models/recorded are made by this alone.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RECORDED, recordRun } from '../support/record-run.ts';

export async function main(): Promise<number> {
  await rm(RECORDED, { recursive: true, force: true });
  await mkdir(RECORDED, { recursive: true });
  for await (const [name, bytes] of recordRun(Date.now())) {
    await writeFile(path.join(RECORDED, name), bytes);
    process.stdout.write(`${name} ${bytes.length}\n`);
  }
  return 0;
}
