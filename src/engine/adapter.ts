// The adapter in the words of the protocol.
import type { Gpu } from '../gpu/device.ts';
import type { AdapterDescription } from '../protocol/events.ts';

export function describeAdapter({ adapter, device, software, kernelClass }: Gpu): AdapterDescription {
  return {
    vendor: adapter.vendor,
    architecture: adapter.architecture,
    device: adapter.device,
    description: adapter.description,
    software,
    kernels: kernelClass === 'naive' ? 'barrier_free' : kernelClass,
    features: [...device.features],
    maxBufferSize: device.limits.maxBufferSize,
    maxStorageBufferBindingSize: device.limits.maxStorageBufferBindingSize,
  };
}
