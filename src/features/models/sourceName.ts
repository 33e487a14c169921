// A model source as people write it.
import type { ModelSource } from '../../protocol/commands.ts';

/** `nucleus-3m`, `owner/name`, `owner/name@revision`. */
export function sourceName(source: ModelSource): string {
  switch (source.kind) {
    case 'shipped':
      return source.id;
    case 'hub':
      return source.revision === 'main' ? source.repo : `${source.repo}@${source.revision}`;
    case 'local':
      return source.name;
    default:
      return source satisfies never;
  }
}
