// Compiles a kernel's module once per device and text; compile errors name the WGSL file and line.
import { NucleusError } from '../lib/error.ts';
import type { Gpu } from './device.ts';
import { type KernelName, kernelSpec, type Storage } from './kernels.ts';
import { type Consts, joinModule } from './module.ts';

/** The pipeline of a kernel for a storage and constants. Throws `kernel_failed`. */
export function compile(gpu: Gpu, kernel: KernelName, storage: Storage, consts: Consts): Promise<GPUComputePipeline> {
  const { code, place } = joinModule(kernel, storage, consts);
  const known = gpu.pipelines.get(code);
  if (known) return known;
  const pipeline = compileModule(gpu.device, kernel, code, place);
  gpu.pipelines.set(code, pipeline);
  return pipeline;
}

async function compileModule(
  device: GPUDevice,
  kernel: KernelName,
  code: string,
  place: (line: number) => string,
): Promise<GPUComputePipeline> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: kernel, code });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [groupLayout(device, kernel)] });
  const scope = device.popErrorScope();
  const made = device.createComputePipelineAsync({ label: kernel, layout, compute: { module, entryPoint: kernel } });
  try {
    const [, pipeline] = await Promise.all([scope, made]);
    return pipeline;
  } catch (error) {
    const { messages } = await module.getCompilationInfo();
    const errors = messages.filter(m => m.type === 'error').map(m => `${place(m.lineNum)}: ${m.message}`);
    throw new NucleusError('kernel_failed', errors.join('; ') || String(error), { kernel });
  }
}

/** The binding types are written out, since a binding that constants leave unused would vanish from a derived layout. */
function groupLayout(device: GPUDevice, kernel: KernelName): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    label: kernel,
    entries: kernelSpec(kernel).bindings.map(({ access }, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
    })),
  });
}
