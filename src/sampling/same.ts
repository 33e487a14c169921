// Whether two settings are the same in every control.
import type { GenerationSettings } from './settings.ts';
import { alike } from './steps.ts';

export function sameSettings(a: GenerationSettings, b: GenerationSettings): boolean {
  if (a === b) return true;
  const others = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).every(([name, value]) => alike(value, others.get(name)));
}
