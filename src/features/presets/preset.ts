// A preset: settings and a text that a person keeps by name; its careful reading, and files of presets.
import * as v from 'valibot';
import { oneLine } from '../../lib/shapeless.ts';
import { clampSettings, type GenerationSettings, readSettings } from '../../sampling/settings.ts';
import { jsonOfFile } from '../shared/jsonFile.ts';
import type { ShippedPreset } from './shipped.ts';

export interface Preset {
  /** Of the preset for good. */
  readonly id: string;
  readonly name: string;
  /** Null: settings alone. */
  readonly text: string | null;
  readonly settings: GenerationSettings;
}

export const MOST_NAME = 120;
/** UTF-16 units of a text. */
export const MOST_TEXT = 1_000_000;
export const MOST_PRESETS = 500;
/** Bytes, and characters, of a file that is read. */
export const MOST_FILE = 32 * 1024 * 1024;

const FORMAT = 'nucleus.presets';
const VERSION = 1;

const RECORD = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  name: v.pipe(
    v.string(),
    v.maxLength(MOST_NAME),
    v.transform(typed => oneLine(typed, MOST_NAME)),
    v.minLength(1),
  ),
  text: v.nullable(v.pipe(v.string(), v.maxLength(MOST_TEXT))),
  settings: v.looseObject({}),
});
const NAMED = v.object({ format: v.literal(FORMAT), version: v.pipe(v.number(), v.integer(), v.minValue(1)) });
const LISTED = v.object({ presets: v.pipe(v.array(v.unknown()), v.maxLength(MOST_PRESETS)) });

/** What can be read of a list from outside, each id once. Settings of another page are taken as far as they go. Never throws. */
export function readPresets(value: unknown): Preset[] {
  if (!Array.isArray(value)) return [];
  const read = value.slice(0, MOST_PRESETS).flatMap((each): [string, Preset][] => {
    const { success, output } = v.safeParse(RECORD, each);
    if (!success) return [];
    const { id, name, text, settings } = output;
    return [[id, { id, name, text, settings: readSettings(settings).settings }]];
  });
  return [...new Map(read).values()];
}

/** The name as it can be kept; null for one that says nothing. */
export function nameOf(typed: string): string | null {
  const name = oneLine(typed, MOST_NAME);
  return name === '' ? null : name;
}

export const shippedSettings = ({ settings }: ShippedPreset): GenerationSettings => clampSettings(settings);

export function writePresets(presets: readonly Preset[]): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, presets }, null, 2)}\n`;
}

export type ReadPresets =
  | { readonly ok: true; readonly presets: readonly Preset[]; readonly unreadable: number }
  | { readonly ok: false; readonly why: 'too_large' | 'not_ours' | 'newer' };

/** Never throws. */
export function readPresetFile(json: string): ReadPresets {
  if (json.length > MOST_FILE) return { ok: false, why: 'too_large' };
  const file = jsonOfFile(json);
  const named = v.safeParse(NAMED, file);
  if (named.success && named.output.version > VERSION) return { ok: false, why: 'newer' };
  const listed = v.safeParse(LISTED, file);
  if (!named.success || !listed.success) return { ok: false, why: 'not_ours' };
  const presets = readPresets(listed.output.presets);
  return { ok: true, presets, unreadable: listed.output.presets.length - presets.length };
}
