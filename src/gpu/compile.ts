// Compiles a kernel's module once per device and text; compile errors name the WGSL file and line.
import { NucleusError } from '../lib/error.ts';
import type { Gpu } from './device.ts';
import type { Consts } from './dispatch.ts';
import type { Kernel } from './kernels/kernel.ts';
import { joinModule } from './module.ts';
import type { Storage } from './storage/storage.ts';

/** The pipeline of a kernel for a storage and constants. Throws `kernel_failed`. */
export function compile(
  gpu: Gpu,
  kernel: Kernel,
  storage: Storage | undefined,
  consts: Consts,
): Promise<GPUComputePipeline> {
  const { code, place } = joinModule(kernel, storage, consts);
  const known = gpu.pipelines.get(code);
  if (known) return known;
  const pipeline = compileModule(gpu.device, kernel, code, place);
  gpu.pipelines.set(code, pipeline);
  // A driver may fail once: the next try compiles anew.
  pipeline.catch(() => gpu.pipelines.delete(code));
  return pipeline;
}

async function compileModule(
  device: GPUDevice,
  kernel: Kernel,
  code: string,
  place: (line: number) => string,
): Promise<GPUComputePipeline> {
  device.pushErrorScope('validation');
  const { name } = kernel;
  const module = device.createShaderModule({ label: name, code });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [groupLayout(device, kernel)] });
  const scope = device.popErrorScope();
  const made = device.createComputePipelineAsync({ label: name, layout, compute: { module, entryPoint: name } });
  try {
    const [, pipeline] = await Promise.all([scope, made]);
    return pipeline;
  } catch (error) {
    const { messages } = await module.getCompilationInfo();
    const errors = messages.filter(m => m.type === 'error').map(m => `${place(m.lineNum)}: ${m.message}`);
    throw new NucleusError('kernel_failed', errors.join('; ') || String(error), { kernel: name });
  }
}

/** The binding types are written out, since a binding that constants leave unused would vanish from a derived layout. */
function groupLayout(device: GPUDevice, { name, bindings }: Kernel): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    label: name,
    entries: bindings.map(({ access }, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
    })),
  });
}
