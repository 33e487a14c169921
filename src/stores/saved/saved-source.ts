// Where a model came from, as it is kept: what names none is none.
import * as v from 'valibot';
import { type ModelSource, sourceName } from '../../lib/model-source.ts';
import { parseModelName } from '../model/model-name.ts';

export const SOURCE = v.variant('kind', [
  v.object({ kind: v.literal('shipped'), id: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/)) }),
  v.pipe(
    v.object({ kind: v.literal('hub'), repo: v.string(), revision: v.string(), file: v.optional(v.string()) }),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }): ModelSource => {
      try {
        return parseModelName(sourceName(value));
      } catch {
        addIssue({ message: 'names no model' });
        return NEVER;
      }
    }),
  ),
  v.object({ kind: v.literal('local'), name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,96}$/)) }),
]);
