// The same kernel and engine tests in Node on Dawn, over whatever Vulkan, Metal or D3D driver is there.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Mesa's CPU driver leaves its optimiser out: most of a test's time is the compiling of kernels that run once. Results are the same.
process.env.GALLIVM_PERF ??= 'nopt';

/**
 * What asks the engine with one class of kernels, the same one on every CPU that plays a GPU: beside the same tests in a Chromium they would be a second time of it.
 * `npm run test:dawn` runs them.
 */
const IN_CHROMIUM = [
  'src/engine/debug/debug.gpu.test.ts',
  'src/engine/debug/profile.gpu.test.ts',
  'src/engine/decode/decode.gpu.test.ts',
  'src/engine/probes/{ablate,grow,measure-cache,probes,sweep,trace,views-apart}.gpu.test.ts',
  'src/engine/{answers,checkpoints,engine,estimate,formats,generate,gguf,golden-blocks}.gpu.test.ts',
  'src/engine/{growth,half-keys,long-rotary,long-step,recipes,session,states}.gpu.test.ts',
  'src/engine/search/search.gpu.test.ts',
];

/** The file that takes longest begins first, so that nobody waits for it alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('/src/engine/golden.gpu.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter(file => !isLong(file))];
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  define: {
    'import.meta.env.GPU_HOST': JSON.stringify('dawn'),
    'import.meta.env.GPU': JSON.stringify(process.env.GPU ?? ''),
  },
  test: {
    name: 'dawn',
    environment: 'node',
    include: ['src/**/*.{gpu,dawn}.test.ts', 'e2e/tools/*.dawn.test.ts'],
    exclude: process.env.BESIDE_CHROMIUM === undefined ? [] : IN_CHROMIUM,
    setupFiles: ['e2e/tools/dawn-setup.ts'],
    expect: { poll: { timeout: 60_000 } },
    // A Vulkan driver on a CPU compiles a pipeline in seconds when its cache is cold, on one core: two files at a time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // What it has compiled it also lets go for a while.
    teardownTimeout: 120_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
