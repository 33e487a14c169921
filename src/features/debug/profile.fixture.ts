// A profile of a made-up model with two layers, for tests.
import type { Profile, ProfiledDispatch } from '../../protocol/debug.ts';

const dispatch = (label: string, kernel: string, ms: number, weightBytes: number): ProfiledDispatch => ({
  label: `${label} (${kernel})`,
  kernel,
  storage: weightBytes > 0 ? 'f16' : '',
  ms,
  weightBytes,
  cacheBytes: kernel === 'attention' ? 4000 : 0,
  valueBytes: 1000,
  flops: weightBytes,
});

export const PROFILE: Profile = {
  of: { kind: 'decode', position: 34 },
  by: 'timestamps',
  peak: { bandwidth: 1e9, flops: 2e9 },
  dispatches: [0, 1].flatMap(layer => [
    dispatch(`h.${layer}.ln_1`, 'layernorm', 0, 0),
    dispatch(`h.${layer}.attn.c_attn`, 'linear_row', 0.25, 96_000),
    dispatch(`h.${layer}.attn`, 'attention', 0.5, 0),
    dispatch(`h.${layer}.mlp.c_fc`, 'linear_row', 0.75, 400_000),
  ]),
  stepMs: 2.5,
  run: { tokens: 32, ms: 4, encode: 0.5, wait: 3, draw: 0.25 },
};
