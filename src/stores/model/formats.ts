// In which format of weights each model was loaded last: the next load begins with it.
import { type ModelSource, sourceKey } from '../../lib/model-source.ts';
import type { FormatChoice } from '../../lib/weight-format.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import type { LoadOptions, ModelState } from './types.ts';

/** How a model was loaded last. Opened files may be any. */
export function formatKept(
  { formats }: ModelState,
  source: ModelSource,
  { files }: LoadOptions = {},
): FormatChoice | undefined {
  return files === undefined ? formats[sourceKey(source)] : undefined;
}

/** Models whose format is kept; the one loaded longest ago goes first. */
const MOST_FORMATS = 64;

export function withFormat(formats: ModelState['formats'], { source, format }: LoadedModel): ModelState['formats'] {
  const key = sourceKey(source);
  const others = Object.entries(formats).filter(([each]) => each !== key);
  if (format === 'stored') return others.length === Object.keys(formats).length ? formats : Object.fromEntries(others);
  return Object.fromEntries([...others.slice(1 - MOST_FORMATS), [key, format]]);
}
