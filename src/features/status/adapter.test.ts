// Adapters get a name a person can recognise.
import { expect, test } from 'vitest';
import { adapterName } from './adapter.ts';

const adapter = {
  vendor: '',
  architecture: '',
  device: '',
  description: '',
  software: false,
  kernels: 'workgroup',
  features: [],
  maxBufferSize: 0,
  maxStorageBufferBindingSize: 0,
} as const;

test('software adapters by their own name, others by description, device, or vendor', () => {
  expect(adapterName({ ...adapter, vendor: 'google', architecture: 'swiftshader' })).toBe('SwiftShader');
  expect(adapterName({ ...adapter, description: 'llvmpipe (LLVM 19.1.7, 256 bits)' })).toBe('llvmpipe');
  expect(adapterName({ ...adapter, description: 'Apple M2' })).toBe('Apple M2');
  expect(adapterName({ ...adapter, vendor: 'nvidia', architecture: 'hopper' })).toBe('nvidia hopper');
  expect(adapterName(adapter)).toBe('unnamed adapter');
});
