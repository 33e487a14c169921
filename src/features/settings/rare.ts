// What is folded away because few turn it on.
import { STEPS, settingsOf } from '../../sampling/steps.ts';

export const RARE_STEPS = STEPS.filter(step => 'rare' in step && step.rare);

/** Keys of the rare steps, and of all settings that stand beside a step. */
export const FOLDED: ReadonlySet<string> = new Set([
  ...RARE_STEPS.map(({ key }) => key),
  ...settingsOf(STEPS).flatMap(({ key }) => (STEPS.some(step => step.key === key) ? [] : [key])),
]);
