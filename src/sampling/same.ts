// Whether two settings are the same in every control.
import type { GenerationSettings } from './settings.ts';

export function sameSettings(a: GenerationSettings, b: GenerationSettings): boolean {
  if (a === b) return true;
  const others = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).every(([name, value]) => {
    const other = others.get(name);
    // Lists are short, and made by `clampSettings` alone.
    return other === value || (typeof value === 'object' && JSON.stringify(value) === JSON.stringify(other));
  });
}
