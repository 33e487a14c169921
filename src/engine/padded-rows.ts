// Tables with more rows than the model uses: padding that trainers add for speed. The rows at the front are the model's.
import type { StoredTensor } from '../checkpoint/checkpoint.ts';
import { bitsPerElement } from '../checkpoint/dtypes.ts';
import { reach } from '../checkpoint/strided.ts';
import { finderOf } from '../model/checkpoint.ts';
import type { Graph } from '../model/ir/graph.ts';

/** The tensors, with embeddings and the head cut to the rows that `config.json` speaks of; a table with too few rows, or of another width, stays as it is. */
export function withoutPadding(
  graph: Graph,
  tensors: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, StoredTensor> {
  const find = finderOf(graph, tensors);
  const tables = new Set([graph.head, ...graph.ops.flatMap(op => (op.op === 'embedding' ? [op.table] : []))]);
  const cut = new Map(tensors);
  for (const { name, from } of graph.weights) {
    if (!tables.has(name) || from.make !== 'tensor') continue;
    const tensor = tensors.get(find(from.name) ?? '');
    const { shape } = from;
    const [wanted = 0, columns = 0] = shape;
    const [rows = 0, width = 0] = tensor?.shape ?? [];
    if (tensor?.shape.length !== 2 || width !== columns || rows <= wanted) continue;
    const bytes = reach(shape, tensor.strides ?? [columns, 1]) * (bitsPerElement(tensor.dtype) / 8);
    cut.set(tensor.name, { ...tensor, shape, end: tensor.begin + bytes });
  }
  return cut;
}
