// The list of columns, changed purely: added, duplicated, removed, asked anew, in the order in which models have to be loaded for them.
import { type ModelSource, sourceKey } from '../../lib/model-source.ts';
import { type Column, type ColumnSetup, type CompareState, MOST_COLUMNS } from './types.ts';

type Columns = Pick<CompareState, 'columns' | 'reference' | 'place'>;

export function columnOf({ columns }: Pick<CompareState, 'columns'>, id: number): Column | undefined {
  return columns.find(column => column.id === id);
}

export function emptyColumn(id: number, setup: ColumnSetup): Column {
  return { id, setup, status: 'empty', error: null, result: null };
}

/** With a column more behind `after`, or at the end. Null where there is no room. */
export function withColumn(
  { columns }: Columns,
  setup: ColumnSetup,
  after: number | null,
): Pick<Columns, 'columns'> | null {
  if (columns.length >= MOST_COLUMNS) return null;
  const id = columns.reduce((most, each) => Math.max(most, each.id), 0) + 1;
  const at = after === null ? columns.length : columns.findIndex(each => each.id === after) + 1;
  return { columns: columns.toSpliced(at, 0, emptyColumn(id, setup)) };
}

/** Without a column; the first takes the place of a reference that is gone. The last one stays. */
export function withoutColumn(state: Columns, id: number): Pick<Columns, 'columns' | 'reference'> | null {
  const columns = state.columns.filter(each => each.id !== id);
  const [first] = columns;
  if (first === undefined || columns.length === state.columns.length) return null;
  return { columns, reference: state.reference === id ? first.id : state.reference };
}

export function changedColumn(columns: readonly Column[], id: number, part: Partial<Column>): readonly Column[] {
  return columns.map(each => (each.id === id ? { ...each, ...part } : each));
}

/** Columns in another document: what was run stays where that begins with the text it was run in, as one made of a column does. Its branches are others. */
export function columnsElsewhere(columns: readonly Column[], text: string): readonly Column[] {
  return columns.map(column => {
    const { id, setup, result } = column;
    const begun = result !== null && result.text !== '' && text.startsWith(result.text);
    return begun && setup.branch === null ? column : emptyColumn(id, { ...setup, branch: null });
  });
}

/** Columns that one model does, and where it comes from. */
export interface Turn {
  readonly model: ModelSource;
  readonly columns: readonly number[];
}

/** Turns of models, that of the one in use first, so that each is loaded once at most. */
export function turnsOf(columns: readonly Column[], ids: readonly number[], inUse: ModelSource): readonly Turn[] {
  const turns = new Map<string, Turn>();
  const asked = columns.filter(({ id }) => ids.includes(id));
  const here = asked.filter(({ setup }) => sourceKey(setup.model ?? inUse) === sourceKey(inUse));
  for (const { id, setup } of [...here, ...asked.filter(each => !here.includes(each))]) {
    const model = setup.model ?? inUse;
    const key = sourceKey(model);
    turns.set(key, { model: turns.get(key)?.model ?? model, columns: [...(turns.get(key)?.columns ?? []), id] });
  }
  return [...turns.values()];
}
