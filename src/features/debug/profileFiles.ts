// A profile as files: JSON with every number, and a trace of events for the viewer of Perfetto and for chrome://tracing.
//
// Trace Event Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. Times are microseconds.

import type { Profile } from '../../protocol/debug.ts';
import type { AdapterDescription } from '../../protocol/events.ts';
import { bytesOf, floorOf, lanesOf, rowsOf, tokenMs } from './profileFigures.ts';

/** What was measured where. */
export interface ProfileAbout {
  readonly model: string;
  readonly dtype: string;
  readonly adapter: AdapterDescription;
  /** As `new Date().toISOString()`. */
  readonly measured: string;
}

/** `decode step at position 34`, `prefill step of 64 rows`. */
export function stepName({ of }: Profile): string {
  if (of.kind === 'decode') return `decode step at position ${of.position}`;
  return `prefill step of ${of.rows} ${of.rows === 1 ? 'row' : 'rows'}`;
}

export function profileJson(profile: Profile, about: ProfileAbout): string {
  const floor = floorOf(profile);
  const file = {
    format: 'nucleus-profile',
    version: 1,
    ...about,
    ...profile,
    floor: { ...floor, share: floor.ms / tokenMs(profile) },
    kernels: rowsOf(profile, 'kernel'),
  };
  // A number that is none has no place in JSON.
  return `${JSON.stringify(file, (_, value: unknown) => (Number.isNaN(value) ? null : value), 2)}\n`;
}

/** Threads of a trace. */
const GPU = 1;
const WORKER = 2;

interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, string | number>>;
}

interface Span {
  readonly name: string;
  readonly ms: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Spans one after the other, from the beginning. */
function inOrder(tid: number, cat: string, spans: readonly Span[]): TraceEvent[] {
  let ts = 0;
  return spans.map(({ name, ms, args }) => {
    const event: TraceEvent = { name, ph: 'X', cat, pid: 1, tid, ts, dur: ms * 1000, args };
    ts += ms * 1000;
    return event;
  });
}

const named = (name: 'process_name' | 'thread_name', tid: number, words: string): TraceEvent => ({
  name,
  ph: 'M',
  pid: 1,
  tid,
  args: { name: words },
});

export function profileTrace(profile: Profile, about: ProfileAbout): string {
  const kernels = profile.dispatches.map((dispatch): Span => {
    const { label, kernel, storage, ms, weightBytes, cacheBytes, valueBytes, flops } = dispatch;
    const rate = (amount: number): number => (ms > 0 ? amount / ms / 1e6 : 0);
    const args = { kernel, storage, weightBytes, cacheBytes, valueBytes, flops };
    return { name: label, ms, args: { ...args, 'GB/s': rate(bytesOf(dispatch)), 'GFLOP/s': rate(flops) } };
  });
  const worker = lanesOf(profile).worker.map(({ key, ms }): Span => ({ name: key, ms, args: {} }));
  const traceEvents: TraceEvent[] = [
    named('process_name', 0, `Nucleus: ${stepName(profile)}, ${about.model} ${about.dtype}`),
    named('thread_name', GPU, 'GPU: kernels of one step'),
    ...inOrder(GPU, 'kernel', kernels),
    ...(worker.length > 0 ? [named('thread_name', WORKER, 'Worker: one token of a run')] : []),
    ...inOrder(WORKER, 'worker', worker),
  ];
  const { model, dtype, measured, adapter } = about;
  const otherFacts = {
    model,
    dtype,
    measured,
    adapter: `${adapter.vendor} ${adapter.architecture}`.trim(),
    timed: profile.by,
  };
  return `${JSON.stringify({ displayTimeUnit: 'ms', otherData: otherFacts, traceEvents })}\n`;
}
