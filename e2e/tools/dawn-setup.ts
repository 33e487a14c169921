// Gives Node a `navigator.gpu` made by Dawn, so that code written for a browser's WebGPU runs unchanged.
import { create, globals } from 'webgpu';

// Once a process: the files of tests that it runs share a device.
if (!('GPUDevice' in globalThis)) {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), userAgent: 'node' }, configurable: true });
}
