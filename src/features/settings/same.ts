// Whether two settings are the same in every control.
import type { GenerationSettings } from '../../sampling/settings.ts';

export function sameSettings(a: GenerationSettings, b: GenerationSettings): boolean {
  if (a === b) return true;
  const { stop, logit_bias, ...rest } = a;
  const others = new Map<string, unknown>(Object.entries(b));
  return (
    Object.entries(rest).every(([name, value]) => others.get(name) === value) &&
    stop.length === b.stop.length &&
    stop.every((text, i) => text === b.stop[i]) &&
    logit_bias.length === b.logit_bias.length &&
    logit_bias.every((entry, i) => entry.id === b.logit_bias[i]?.id && entry.bias === b.logit_bias[i]?.bias)
  );
}
