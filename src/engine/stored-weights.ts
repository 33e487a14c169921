// How each weight is stored on the GPU: as its tensors are, or in a format that is made while loading.
import type { StoredTensor } from '../checkpoint/checkpoint.ts';
import type { StoredRows } from '../gpu/layout.ts';
import type { Storage } from '../gpu/storage/storage.ts';
import { STORAGES } from '../gpu/storage/storages.ts';
import { defined } from '../lib/assert.ts';
import { NucleusError } from '../lib/error.ts';
import type { WeightFormat } from '../lib/weight-format.ts';
import type { Graph } from '../model/ir/graph.ts';
import { type Placement, placements, spansOf } from '../model/ir/recipe.ts';

const BY_DTYPE: ReadonlyMap<string, Storage> = new Map(
  Object.values(STORAGES).map(storage => [storage.dtype, storage]),
);

/** @throws NucleusError bad_tensor for a dtype that cannot be read. */
export function storageOfTensor({ name, dtype }: Pick<StoredTensor, 'name' | 'dtype'>): Storage {
  const storage = BY_DTYPE.get(dtype);
  if (storage) return storage;
  throw new NucleusError('bad_tensor', `tensor ${name} is ${dtype}`, { tensor: name, dtype });
}

/**
 * By the name of a matrix in the graph, how its rows are stored: tensors of several dtypes in one matrix keep each its own. `tensorOf` as matchWeights
 * gives it. A format changes tensors of floats alone. Throws `bad_tensor` for a quantised tensor that would have to be transposed.
 */
export function storageOfWeights(
  graph: Graph,
  tensorOf: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, StoredTensor>,
  format: WeightFormat | null = null,
): (name: string) => readonly StoredRows[] {
  const specs = new Map(graph.weights.map(spec => [spec.name, spec]));
  const tables = new Set(graph.ops.flatMap(op => (op.op === 'embedding' ? [op.table] : [])));
  return name => {
    const { from, shape } = defined(specs.get(name), name);
    const [, columns = 1] = shape;
    const rows = placements(from).flatMap(placed => {
      const tensor = defined(tensors.get(tensorOf.get(placed.tensor.name) ?? ''), placed.tensor.name);
      const own = ownStorage(tensor, placed);
      const storage = format === null || own.block > 1 ? own : madeStorage(format, columns, tables.has(name));
      return spansOf(placed.runs).map(span => ({ row0: span.from, rows: span.to - span.from, storage }));
    });
    return joined(rows.sort((a, b) => a.row0 - b.row0));
  };
}

function ownStorage(tensor: StoredTensor, { transposed }: Placement): Storage {
  const storage = storageOfTensor(tensor);
  if (storage.block === 1 || !transposed) return storage;
  const message = `tensor ${tensor.name} is ${tensor.dtype} and lies the other way round than this architecture reads it`;
  throw new NucleusError('bad_tensor', message, { tensor: tensor.name, dtype: tensor.dtype });
}

/** Rows that are no whole blocks stay f16. */
function madeStorage(format: WeightFormat, columns: number, table: boolean): Storage {
  switch (format) {
    case 'f32':
      return STORAGES.f32;
    case 'f16':
      return STORAGES.f16;
    case 'int8':
      return columns % STORAGES.q8_0.block === 0 ? STORAGES.q8_0 : STORAGES.f16;
    case 'int4':
      if (table) return madeStorage('int8', columns, table);
      return columns % STORAGES.q4_1.block === 0 ? STORAGES.q4_1 : STORAGES.f16;
    default:
      return format satisfies never;
  }
}

/** Neighbours that are stored alike. */
function joined(rows: readonly StoredRows[]): StoredRows[] {
  const out: StoredRows[] = [];
  for (const each of rows) {
    const last = out.at(-1);
    if (last?.storage === each.storage) out[out.length - 1] = { ...last, rows: last.rows + each.rows };
    else out.push(each);
  }
  return out;
}
