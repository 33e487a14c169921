// Opens the adapter and the device: limits asked for by name and only as far as the adapter goes, features, and which kernels suit it.
import { NucleusError } from '../lib/error.ts';
import type { Team } from './product.ts';
import { Scope } from './scope.ts';

/**
 * Which kernels run: `barrier_free` for CPU adapters, where a barrier is very slow; `workgroup` for GPUs; `subgroup` for GPUs that
 * have subgroup operations. `naive` are the twins that tests compare with.
 */
export type KernelClass = 'naive' | 'barrier_free' | 'workgroup' | 'subgroup';

export interface Gpu {
  readonly device: GPUDevice;
  readonly adapter: GPUAdapterInfo;
  readonly software: boolean;
  readonly kernelClass: KernelClass;
  /** Lanes of the smallest subgroup of the class `subgroup` where WGSL numbers subgroups, else 0. */
  readonly lanes: number;
  /** Teams of threads that were measured on this adapter. */
  readonly tuned: Map<string, Team>;
  /** Variants of kernels that were found wrong on this adapter: plans do without them where they can. */
  readonly off: Set<string>;
  /** Owns everything on the device. */
  readonly scope: Scope;
  /** Compiled pipelines by module text. */
  readonly pipelines: Map<string, Promise<GPUComputePipeline>>;
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;
const FEATURES = ['subgroups', 'timestamp-query'] as const satisfies readonly GPUFeatureName[];
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|warp/i;

/** True when the adapter is a CPU playing a GPU. */
export function isSoftware(
  info: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description' | 'isFallbackAdapter'>,
): boolean {
  return (
    info.isFallbackAdapter || SOFTWARE.test([info.vendor, info.architecture, info.device, info.description].join(' '))
  );
}

async function requestAdapter(gpu: GPU): Promise<GPUAdapter> {
  // Right after the browser's start the answer may be null for a moment; a null is never remembered.
  for (const pause of [0, 100, 300, 600]) {
    if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause));
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter) return adapter;
  }
  throw new NucleusError('no_adapter', 'navigator.gpu gave no adapter');
}

/**
 * Opens a device on the best adapter. Throws `no_webgpu`, `no_adapter` or `device_failed`.
 * `kernelClass` overrides the choice by adapter; tests use it.
 */
export async function openGpu(kernelClass?: KernelClass): Promise<Gpu> {
  const gpu = (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
  if (!gpu) throw new NucleusError('no_webgpu', 'navigator.gpu is missing in this worker');
  const adapter = await requestAdapter(gpu);
  const requiredLimits: Record<string, number> = {};
  for (const name of LIMITS) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = FEATURES.filter(name => adapter.features.has(name));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ label: 'nucleus', requiredLimits, requiredFeatures });
  } catch (error) {
    throw new NucleusError('device_failed', error instanceof Error ? error.message : String(error));
  }
  const software = isSoftware(adapter.info);
  const best = software ? 'barrier_free' : device.features.has('subgroups') ? 'subgroup' : 'workgroup';
  return {
    device,
    adapter: adapter.info,
    software,
    kernelClass: kernelClass ?? best,
    tuned: new Map(),
    off: new Set(),
    lanes: device.features.has('subgroups') ? lanesOf(gpu, adapter.info) : 0,
    scope: new Scope('device', device),
    pipelines: new Map(),
  };
}

/** A power of two from 4 on; 0 where the browser tells too little. */
function lanesOf({ wgslLanguageFeatures }: GPU, { subgroupMinSize }: GPUAdapterInfo): number {
  const told = subgroupMinSize >= 4 && Number.isInteger(Math.log2(subgroupMinSize));
  return wgslLanguageFeatures.has('subgroup_id') && told ? subgroupMinSize : 0;
}

/** Runs `work`, which must not await, inside a validation error scope; an error there becomes a thrown `kernel_failed`. */
export async function checked<T>(device: GPUDevice, work: () => T): Promise<T> {
  device.pushErrorScope('validation');
  const outcome = attempt(work);
  const error = await device.popErrorScope();
  if (error) throw new NucleusError('kernel_failed', error.message);
  if ('thrown' in outcome) throw outcome.thrown;
  return outcome.result;
}

function attempt<T>(work: () => T): { readonly result: T } | { readonly thrown: unknown } {
  try {
    return { result: work() };
  } catch (thrown) {
    return { thrown };
  }
}
