// The model that ships with the page.
import type { ModelSource } from '../../lib/model-source.ts';

export const DEFAULT_SOURCE: ModelSource = { kind: 'shipped', id: 'nucleus-3m' };
