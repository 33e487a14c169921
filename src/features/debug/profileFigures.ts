// What a profile comes to: rows by kernel or by place in a layer, the floor, and where the time of a token goes. Pure.
import { formatNumber } from '../../lib/format.ts';
import type { Profile, ProfiledDispatch } from '../../protocol/debug.ts';

export type Grouping = 'kernel' | 'place';

export interface ProfileRow {
  readonly name: string;
  readonly count: number;
  readonly ms: number;
  /** Of all kernels together. */
  readonly share: number;
  readonly bytes: number;
  /** Bytes and operations a second; NaN where no time was seen. */
  readonly bandwidth: number;
  readonly flops: number;
  /** Of what this adapter does at most. */
  readonly ofBandwidth: number;
  readonly ofFlops: number;
}

/** `0.031 ms`, `23.4 ms`: one unit for all that is compared. */
export const formatMs = (ms: number): string => `${formatNumber(ms)} ms`;

export const bytesOf = ({ weightBytes, cacheBytes, valueBytes }: ProfiledDispatch): number =>
  weightBytes + cacheBytes + valueBytes;

/** `h.*.attn.c_attn (linear_row)`: dispatches of all layers under one name. */
const placeOf = ({ label }: ProfiledDispatch): string => label.replace(/(^|\.)\d+(?=\.|$| )/g, '$1*');
const kernelOf = ({ kernel, storage }: ProfiledDispatch): string => (storage === '' ? kernel : `${kernel} ${storage}`);

const total = <T>(all: readonly T[], of: (each: T) => number): number => all.reduce((sum, each) => sum + of(each), 0);

/** Milliseconds of all dispatches, each by itself. */
export const kernelMs = ({ dispatches }: Profile): number => total(dispatches, ({ ms }) => ms);

/** What takes longest first. */
export function rowsOf(profile: Profile, grouping: Grouping): ProfileRow[] {
  const groups = new Map<string, ProfiledDispatch[]>();
  for (const dispatch of profile.dispatches) {
    const name = grouping === 'kernel' ? kernelOf(dispatch) : placeOf(dispatch);
    const group = groups.get(name);
    if (group) group.push(dispatch);
    else groups.set(name, [dispatch]);
  }
  const all = kernelMs(profile);
  const rows = [...groups].map(([name, group]): ProfileRow => {
    const ms = total(group, each => each.ms);
    const bytes = total(group, bytesOf);
    const [bandwidth, flops] = [bytes, total(group, each => each.flops)].map(amount =>
      ms > 0 ? amount / (ms / 1000) : Number.NaN,
    );
    return {
      name,
      count: group.length,
      ms,
      share: all > 0 ? ms / all : Number.NaN,
      bytes,
      bandwidth: bandwidth ?? Number.NaN,
      flops: flops ?? Number.NaN,
      ofBandwidth: (bandwidth ?? Number.NaN) / profile.peak.bandwidth,
      ofFlops: (flops ?? Number.NaN) / profile.peak.flops,
    };
  });
  return rows.sort((a, b) => b.ms - a.ms);
}

export interface Floor {
  /** Of weights and of cached keys, values and states, which have to be read whatever a kernel does. */
  readonly bytes: number;
  /** What reading them takes at the measured bandwidth; of a step of many rows no less than what its arithmetic takes. */
  readonly ms: number;
}

export function floorOf({ of, dispatches, peak }: Profile): Floor {
  const bytes = total(dispatches, each => each.weightBytes + each.cacheBytes);
  const reading = bytes / peak.bandwidth;
  const computing = of.kind === 'prefill' ? total(dispatches, ({ flops }) => flops) / peak.flops : 0;
  return { bytes, ms: 1000 * Math.max(reading, computing) };
}

/** Milliseconds of a token of a run; of a step by itself where no run was measured. */
export const tokenMs = ({ run, stepMs }: Profile): number => run?.ms ?? stepMs;

export interface Piece {
  readonly key: 'floor' | 'above' | 'idle' | 'encode' | 'draw' | 'wait' | 'rest';
  readonly ms: number;
}

export interface Lanes {
  /** What both lanes are long for. */
  readonly ms: number;
  readonly gpu: readonly Piece[];
  /** Empty where no run was measured. */
  readonly worker: readonly Piece[];
}

/** One token on the GPU and in the worker, side by side: while the one computes, the other proves the draw before. */
export function lanesOf(profile: Profile): Lanes {
  const { run, stepMs } = profile;
  const ms = Math.max(tokenMs(profile), stepMs);
  const floor = Math.min(floorOf(profile).ms, stepMs);
  const gpu: Piece[] = [
    { key: 'floor', ms: floor },
    { key: 'above', ms: stepMs - floor },
    { key: 'idle', ms: ms - stepMs },
  ];
  if (run === null) return { ms, gpu, worker: [] };
  const { encode, draw, wait } = run;
  const worker: Piece[] = [
    { key: 'encode', ms: encode },
    { key: 'draw', ms: draw },
    { key: 'wait', ms: wait },
    { key: 'rest', ms: Math.max(0, run.ms - encode - draw - wait) },
  ];
  return { ms, gpu, worker };
}
