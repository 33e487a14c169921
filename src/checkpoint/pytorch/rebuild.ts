// What the few calls in a pickle of tensors make: views of storages, ordered dictionaries. Sizes are checked here, bytes elsewhere.
import { NucleusError } from '../../lib/error.ts';
import { type GlobalName, isTensor, isTuple, type StorageRef, storageDtype, type Value } from './pickle-values.ts';

const MOST_DIMENSIONS = 8;

function bad(message: string): NucleusError {
  return new NucleusError('bad_pytorch', message);
}

const isCount = (value: Value | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** `('storage', type, key, device, length)`. @throws NucleusError bad_pytorch. */
export function storageOf(id: Value): StorageRef {
  const [word, type, key, , length] = isTuple(id) ? id.items : [];
  const dtype = typeof type === 'object' && type?.kind === 'global' ? storageDtype(type.name) : undefined;
  if (word !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(length))
    throw bad('the pickle refers to something that is no storage');
  if (!/^\d{1,12}$/.test(key)) throw bad('the pickle refers to a storage by something that is no number');
  return { kind: 'storage', key, dtype, length };
}

/** What a call gives. @throws NucleusError bad_pytorch for arguments that it cannot have. */
export function rebuild(name: GlobalName, args: readonly Value[]): Value {
  switch (name) {
    case 'torch._utils._rebuild_tensor_v2':
      return tensorOf(args);
    case 'torch._utils._rebuild_parameter': {
      const [tensor] = args;
      if (!isTensor(tensor)) throw bad('the pickle has a parameter that is no tensor');
      return tensor;
    }
    case 'collections.OrderedDict':
      if (args.length > 0) throw bad('the pickle makes an ordered dictionary of something');
      return { kind: 'dict', entries: new Map() };
    default:
      throw bad(`the pickle calls ${name}, which is a type of storage`);
  }
}

function countsOf(value: Value | undefined): number[] | null {
  const items = isTuple(value) ? value.items : null;
  return items?.every(isCount) ? items.filter(isCount) : null;
}

/** `(storage, offset, shape, strides, ...)`; every element lies inside the storage. */
function tensorOf([storage, offset, size, stride]: readonly Value[]): Value {
  if (typeof storage !== 'object' || storage?.kind !== 'storage')
    throw bad('the pickle has a tensor without a storage');
  const [shape, strides] = [countsOf(size), countsOf(stride)];
  if (shape === null || strides === null || !isCount(offset) || shape.length !== strides.length)
    throw bad('the pickle has a tensor whose shape, strides or offset are no counts');
  if (shape.length > MOST_DIMENSIONS) throw bad(`the pickle has a tensor of ${shape.length} dimensions`);
  let last = offset;
  for (const [axis, count] of shape.entries()) last += Math.max(0, count - 1) * (strides[axis] ?? 0);
  const elements = shape.reduce((product, count) => product * count, 1);
  if (!Number.isSafeInteger(last) || !Number.isSafeInteger(elements))
    throw bad('the pickle has a tensor whose size overflows');
  if (elements > 0 && last >= storage.length)
    throw bad(`the pickle has a tensor that reaches element ${last} of a storage of ${storage.length}`);
  return { kind: 'tensor', storage, offset, shape, strides };
}
