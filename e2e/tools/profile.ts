// Where the time goes, on the command line: npm run -s profile -- <model folder | file.gguf> [--position N | --prefill N] [--format int8] [--json | --trace]
//
// The profile of the page, in Node on Dawn: every kernel of a decode step at a position, or of a step of many rows, as a table, as JSON or as a trace.
import { parseArgs } from 'node:util';
import { describeAdapter } from '../../src/engine/adapter.ts';
import { readNumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { profile } from '../../src/engine/debug/profile.ts';
import { floorOf, formatMs, lanesOf, rowsOf, tokenMs } from '../../src/features/debug/profileFigures.ts';
import { type ProfileAbout, profileJson, profileTrace, stepName } from '../../src/features/debug/profileFiles.ts';
import { openGpu } from '../../src/gpu/device.ts';
import { formatByteRate, formatBytes, formatNumber, formatProbability } from '../../src/lib/format.ts';
import { isWeightFormat } from '../../src/lib/weight-format.ts';
import type { Profile, ProfiledStep } from '../../src/protocol/debug.ts';
import { DEFAULT_SETTINGS } from '../../src/sampling/settings.ts';
import { formatFor, loadFolder } from '../support/folder-model.ts';
import { openFolder } from '../support/node-files.ts';

const USAGE =
  'usage: npm run -s profile -- <model folder | file.gguf> [--position N | --prefill N] [--format f32|f16|int8|int4] [--json | --trace]';
/** Tokens of the text, of no meaning, that is said again and again. */
const TOKENS = 61;

export async function main(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { position: text, prefill: text, format: text, json: flag, trace: flag };
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
  const [folder] = positionals;
  const { format: asked = null } = values;
  if (folder === undefined || (asked !== null && !isWeightFormat(asked))) {
    console.error(USAGE);
    return 1;
  }
  const files = await openFolder(folder);
  const checkpoint = await readNumericCheckpoint(files);
  const format = formatFor(checkpoint, asked, line => console.error(line));
  const gpu = await openGpu();
  const { probes } = await loadFolder(gpu, files, checkpoint, format);
  const { vocab_size } = checkpoint.graph.dims;
  const tokens = Uint32Array.from({ length: TOKENS }, (_, i) => (i * i * 7919 + 1) % vocab_size);
  const of: ProfiledStep =
    values.prefill === undefined
      ? { kind: 'decode', position: Number(values.position ?? TOKENS - 1) }
      : { kind: 'prefill', rows: Number(values.prefill) };
  const adapter = describeAdapter(gpu);
  const about = { model: folder, dtype: format ?? 'as stored', adapter, measured: new Date().toISOString() };
  for await (const step of profile(
    probes.context,
    { tokens, of, settings: DEFAULT_SETTINGS },
    new AbortController().signal,
  ))
    if (step.kind === 'profiled') console.log(written(step.profile, about, values));
  gpu.scope[Symbol.dispose]();
  return 0;
}

interface Wanted {
  readonly json?: boolean | undefined;
  readonly trace?: boolean | undefined;
}

function written(measured: Profile, about: ProfileAbout, { json, trace }: Wanted): string {
  if (json) return profileJson(measured, about).trimEnd();
  return trace ? profileTrace(measured, about).trimEnd() : profileTable(measured, about);
}

function profileTable(measured: Profile, { adapter }: ProfileAbout): string {
  const floor = floorOf(measured);
  const { peak, by, stepMs } = measured;
  const lanes = lanesOf(measured);
  const pieces = (lane: typeof lanes.gpu) => lane.map(({ key, ms }) => `${key} ${formatMs(ms)}`).join(', ');
  const rows = rowsOf(measured, 'kernel').map(
    ({ name, count, ms, share, bytes, bandwidth, ofBandwidth, flops, ofFlops }) =>
      `| ${[
        name,
        count,
        formatMs(ms),
        formatProbability(share),
        formatBytes(bytes),
        formatByteRate(bandwidth),
        formatProbability(ofBandwidth),
        formatNumber(flops / 1e9),
        formatProbability(ofFlops),
      ].join(' | ')} |`,
  );
  return [
    `${stepName(measured)}; ${adapter.description || `${adapter.vendor} ${adapter.architecture}`}, ${adapter.kernels}, timed by ${by}`,
    `at most ${formatByteRate(peak.bandwidth)} and ${formatNumber(peak.flops / 1e9)} GFLOP/s`,
    `step ${formatMs(stepMs)}; floor ${formatMs(floor.ms)} for ${formatBytes(floor.bytes)}, ${formatProbability(floor.ms / tokenMs(measured))} of a token of ${formatMs(tokenMs(measured))}`,
    `GPU: ${pieces(lanes.gpu)}`,
    ...(lanes.worker.length > 0 ? [`worker: ${pieces(lanes.worker)}`] : []),
    '',
    '| kernel | count | time | share | moves | memory | of the most | GFLOP/s | of the most |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n');
}
