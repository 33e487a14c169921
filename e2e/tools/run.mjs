// Runs a TypeScript program of the project in Node, with a WebGPU made by Dawn: node e2e/tools/run.mjs [--no-gpu] <entry.ts> [arguments]
//
// Vite loads the modules, so `?raw`, import.meta.glob and `.ts` imports work as on the page. The entry may export
// `main(args: string[])`, whose number is the exit code; else its top-level await is the program. Standard output is the entry's alone.

import path from 'node:path';
import process from 'node:process';
import { createRunnableDevEnvironment, resolveConfig } from 'vite';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DAWN = path.join(import.meta.dirname, 'dawn-setup.ts');

/** Imports modules of the project by file; no server, no watcher, no cache on disk. */
async function openRunner() {
  const config = await resolveConfig(
    {
      root: ROOT,
      configFile: false,
      envDir: false,
      logLevel: 'error',
      // What Node 20 lacks of the language, such as `using`.
      oxc: { target: 'node20' },
      define: {
        'import.meta.env.GPU_HOST': JSON.stringify('dawn'),
        'import.meta.env.GPU': JSON.stringify(process.env.GPU ?? ''),
      },
      environments: { node: { consumer: 'server', dev: { moduleRunnerTransform: true }, resolve: { external: true } } },
    },
    'serve',
  );
  const environment = createRunnableDevEnvironment('node', config, {
    hot: false,
    runnerOptions: { hmr: { logger: false } },
  });
  await environment.init();
  return environment.runner;
}

/** Ends the process once both streams are written out: Dawn's own threads would keep it alive. */
async function end(code) {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise(resolve => stream.write('', resolve));
  }
  process.exit(code);
}

function fail(thrown) {
  process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  return end(1);
}

const given = process.argv.slice(2);
const gpu = given[0] !== '--no-gpu';
const [entry, ...args] = gpu ? given : given.slice(1);
if (entry === undefined) {
  process.stderr.write('usage: node e2e/tools/run.mjs [--no-gpu] <entry.ts> [arguments]\n');
  process.exit(2);
}
const file = path.resolve(entry);
process.argv = [process.argv[0], file, ...args];
process.on('unhandledRejection', thrown => void fail(thrown));
process.on('uncaughtException', thrown => void fail(thrown));
process.stdout.on('error', error => process.exit(error.code === 'EPIPE' ? 0 : 1)); // `| head` closed the pipe

try {
  const runner = await openRunner();
  if (gpu) await runner.import(DAWN);
  const program = await runner.import(file);
  const code = typeof program.main === 'function' ? await program.main(args) : undefined;
  await end(typeof code === 'number' ? code : (process.exitCode ?? 0));
} catch (thrown) {
  await fail(thrown);
}
