// Words for presets: what one holds, and what became of a file.
import { isOff, STEPS, shownValue, wordsOf } from '../../sampling/steps.ts';
import { countWords } from '../shared/countWords.ts';
import { refusalWords } from '../shared/jsonFile.ts';
import { MOST_PRESETS, MOST_TEXT, type Preset, type ReadPresets } from './preset.ts';
import type { Done, PresetsStoreState } from './store.ts';

/** Settings that do something, in a few words. */
export function settingWords({ settings }: Pick<Preset, 'settings'>): string {
  const steps = STEPS.filter(step => !isOff(step, settings) || step.key === 'temperature');
  const words = steps.map(step => `${wordsOf(step)} ${shownValue(step, settings)}`.trim());
  const { stop } = settings;
  return [...words, ...(stop.length === 0 ? [] : [countWords(stop.length, 'stop string')])].join(' · ');
}

export function fileWords(name: string, read: ReadPresets): string {
  if (!read.ok) return refusalWords(name, read.why, 'holds no presets.');
  const refused = read.unreadable === 0 ? '' : `; ${countWords(read.unreadable, 'preset')} could not be taken over`;
  return `${countWords(read.presets.length, 'preset')} from ${name}${refused}.`;
}

export function doneWords(done: Done): { readonly text: string; readonly back: string } {
  return done.kind === 'deleted'
    ? { text: `“${done.preset.name}” is deleted.`, back: 'Bring it back' }
    : { text: `The settings are those of “${done.name}”.`, back: 'Back to the ones before' };
}

export const FAILURES: Readonly<Record<Exclude<PresetsStoreState['failed'], ''>, string>> = {
  storage: 'The browser does not keep presets: its storage is full, closed or damaged.',
  full: `There are ${MOST_PRESETS} presets, and there is no room for more. Export and delete some.`,
  long: `A preset holds a text of up to ${MOST_TEXT} characters. Keep the settings alone, or the text as a document.`,
};
