// What a pickle of a state dict may hold, as data: nothing in it is ever called.
import type { Dtype } from '../dtypes.ts';

export interface Tuple {
  readonly kind: 'tuple';
  readonly items: readonly Value[];
}

interface List {
  readonly kind: 'list';
  readonly items: Value[];
}

/** A dictionary, ordered or not. */
export interface Dict {
  readonly kind: 'dict';
  readonly entries: Map<string | number | boolean | null, Value>;
}

/** Something that a pickle names: one of the few that are known here. */
export interface Global {
  readonly kind: 'global';
  readonly name: GlobalName;
}

/** Numbers in an entry of the archive. */
export interface StorageRef {
  readonly kind: 'storage';
  /** `data/<key>` is the entry. */
  readonly key: string;
  readonly dtype: Dtype;
  /** Elements. */
  readonly length: number;
}

/** A tensor: some of the elements of a storage, found by strides. */
export interface TensorView {
  readonly kind: 'tensor';
  readonly storage: StorageRef;
  /** Elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements, one for each dimension. */
  readonly strides: readonly number[];
}

export type Value = null | boolean | number | string | Tuple | List | Dict | Global | StorageRef | TensorView;

/** Types of storages, with the element each holds. */
const STORAGES = {
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.DoubleStorage': 'F64',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
} as const satisfies Readonly<Record<string, Dtype>>;

type StorageName = keyof typeof STORAGES;

export type GlobalName =
  | 'torch._utils._rebuild_tensor_v2'
  | 'torch._utils._rebuild_parameter'
  | 'collections.OrderedDict'
  | StorageName;

const isStorageName = (name: string): name is StorageName => Object.hasOwn(STORAGES, name);

/** True for the names that a pickle may ask for. */
export function isKnown(name: string): name is GlobalName {
  return (
    isStorageName(name) ||
    name === 'torch._utils._rebuild_tensor_v2' ||
    name === 'torch._utils._rebuild_parameter' ||
    name === 'collections.OrderedDict'
  );
}

/** The element of a type of storage; undefined for what is none. */
export function storageDtype(name: GlobalName): Dtype | undefined {
  return isStorageName(name) ? STORAGES[name] : undefined;
}

export const isTuple = (value: Value | undefined): value is Tuple =>
  typeof value === 'object' && value?.kind === 'tuple';
export const isDict = (value: Value | undefined): value is Dict => typeof value === 'object' && value?.kind === 'dict';
export const isTensor = (value: Value | undefined): value is TensorView =>
  typeof value === 'object' && value?.kind === 'tensor';
