// Writes a safetensors file: the inverse of safetensors.ts, for fixtures and for export.
import { NucleusError } from '../lib/error.ts';
import { bitsPerElement, type Dtype } from './dtypes.ts';

export interface TensorBytes {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * The whole file. Tensors lie in the order given; the header is padded with spaces so that the data begins at a multiple of 8 bytes.
 * @throws NucleusError bad_tensor for a name that occurs twice, or bytes that do not fit the shape.
 */
export function writeSafetensors(
  tensors: readonly TensorBytes[],
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  const header = writeHeader(tensors, metadata);
  const size = tensors.reduce((sum, tensor) => sum + tensor.bytes.length, 8 + header.length);
  const file = new Uint8Array(size);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const { bytes } of tensors) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function writeHeader(tensors: readonly TensorBytes[], metadata: ReadonlyMap<string, string>): Uint8Array {
  const entries: string[] = [];
  const seen = new Set<string>(['__metadata__']);
  if (metadata.size > 0)
    entries.push(
      `"__metadata__":{${[...metadata].map(pair => pair.map(text => JSON.stringify(text)).join(':')).join(',')}}`,
    );
  let at = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    if (seen.has(name))
      throw new NucleusError('bad_tensor', `the name ${JSON.stringify(name)} occurs twice or is reserved`);
    seen.add(name);
    const needed = (shape.reduce((product, n) => product * n, 1) * bitsPerElement(dtype)) / 8;
    if (needed !== bytes.length) {
      throw new NucleusError(
        'bad_tensor',
        `${name}: ${dtype} [${shape.join(', ')}] needs ${needed} bytes, got ${bytes.length}`,
      );
    }
    const fields = { dtype, shape, data_offsets: [at, at + bytes.length] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(fields)}`);
    at += bytes.length;
  }
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}
