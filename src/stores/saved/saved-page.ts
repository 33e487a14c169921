// What a tab keeps beside its document: which one is open, and how the page looks.
import * as v from 'valibot';
import type { ModelSource } from '../../lib/model-source.ts';
import { WEIGHT_FORMATS, type WeightFormat } from '../../lib/weight-format.ts';
import { BAR_SCALES, FOLLOW_STEPS, INSPECTOR_PANELS, SIDES, THEMES, TINTS, type ViewChoices } from '../view.ts';
import { SOURCE } from './saved-source.ts';
import { shortText, WHOLE } from './saved-tokens.ts';

/** In version 1 the only text lay here too. */
const PAGE_VERSION = 2;

export interface SavedPage {
  /** Id of the open document; null in what was written before there were documents. */
  readonly document: string | null;
  /** Text of that document while nobody has touched it: it has no record then. */
  readonly begun: string | null;
  readonly view: Partial<ViewChoices>;
  /** Of the model in use, whatever the document was written with; null where there was none. */
  readonly source: ModelSource | null;
  /** By key of a model, how its weights are wanted where that is not as stored. */
  readonly formats: Readonly<Record<string, WeightFormat>>;
  /** Milliseconds since 1970. */
  readonly written: number;
}

/** Characters of a text that nobody has touched. */
const MOST_BEGUN = 4000;

export function writePage(page: SavedPage): unknown {
  const begun = page.begun !== null && page.begun.length <= MOST_BEGUN ? page.begun : null;
  return { ...page, begun, version: PAGE_VERSION };
}

/** What this page does not know, or what is not there, stays as it is by itself. */
function choice<const T extends readonly string[]>(choices: T) {
  return v.fallback(v.optional(v.picklist(choices)), undefined);
}

const FLAG = v.fallback(v.optional(v.boolean()), undefined);

const VIEW = v.object({
  theme: choice(THEMES),
  tint: choice(TINTS),
  side: choice(SIDES),
  panel: choice(INSPECTOR_PANELS),
  followStep: choice(FOLLOW_STEPS),
  borders: FLAG,
  whitespace: FLAG,
  barScale: choice(BAR_SCALES),
});

const STORED = v.object({
  version: v.picklist([1, PAGE_VERSION]),
  document: v.fallback(v.nullable(v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/))), null),
  begun: v.fallback(v.nullable(shortText(MOST_BEGUN)), null),
  view: v.fallback(VIEW, {}),
  source: v.fallback(v.nullable(SOURCE), null),
  formats: v.fallback(v.optional(v.record(v.pipe(v.string(), v.maxLength(300)), v.picklist(WEIGHT_FORMATS)), {}), {}),
  written: v.fallback(WHOLE, 0),
});

/** Null where there is nothing sound. Never throws. */
export function readPage(value: unknown): SavedPage | null {
  try {
    const stored = v.safeParse(STORED, value);
    if (!stored.success) return null;
    const { version: _, view, ...others } = stored.output;
    return { ...others, view: Object.fromEntries(Object.entries(view).filter(([, chosen]) => chosen !== undefined)) };
  } catch {
    return null;
  }
}
