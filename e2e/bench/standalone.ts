// The same on a machine that has Node and one native file of the npm package `webgpu`: node bench.mjs <dawn.node> [arguments of dawn.ts]
import { createRequire } from 'node:module';
import path from 'node:path';
import { main } from './dawn.ts';

interface DawnModule {
  create(options: string[]): GPU;
  readonly globals: object;
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node bench.mjs <dawn.node> [model folders] [options]');
const dawn = createRequire(import.meta.url)(path.resolve(file)) as DawnModule;
Object.assign(globalThis, dawn.globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: dawn.create([]) }, configurable: true });
process.exit(await main(args));
