// An adapter in words.
import type { AdapterDescription } from '../../protocol/events.ts';

/** What to call an adapter: browsers leave most of its names empty. */
export function adapterName(adapter: AdapterDescription): string {
  const named = adapter.description || adapter.device;
  if (/swiftshader/i.test(`${named} ${adapter.architecture}`)) return 'SwiftShader';
  if (/llvmpipe|lavapipe/i.test(named)) return 'llvmpipe';
  if (named !== '') return named;
  return [adapter.vendor, adapter.architecture].filter(part => part !== '').join(' ') || 'unnamed adapter';
}

export const KERNEL_WORDS: Readonly<Record<AdapterDescription['kernels'], string>> = {
  barrier_free: 'Runs the kernels without barriers, which suit a CPU that plays a GPU.',
  workgroup: 'Runs the kernels that share memory in a workgroup.',
  subgroup: 'Runs the kernels that use subgroups, the fastest ones on a GPU.',
};
