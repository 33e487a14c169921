// What a check of the kernels has found, in sentences, and as a report for an issue.
import { formatCount } from '../../lib/format.ts';
import { mostOf } from '../../lib/most.ts';
import type { AdapterDescription } from '../../protocol/events.ts';
import type { CheckedVariant, SelfTestReport } from '../../protocol/self-test.ts';
import { countWords } from '../shared/countWords.ts';

const isWrong = ({ wrong }: CheckedVariant): boolean => wrong > 0;

/** `2.1e-7`; a number that was none has no error. */
const share = (error: number | null): string => (error === null ? 'not a number' : error.toExponential(1));

/** `attention (wrong in 1 of 3 runs, error 0.12)`. */
function named({ name, error, wrong }: CheckedVariant, repetitions: number): string {
  const often = wrong === repetitions ? 'wrong each time' : `wrong in ${wrong} of ${repetitions} runs`;
  return `${name} (${often}, error ${share(error)})`;
}

/** What is wrong, for under the text: kernels that were replaced, and those that nothing can replace. Empty strings where there are none. */
export function faultWords({ variants, repetitions }: SelfTestReport): { replaced: string; broken: string } {
  const list = (off: boolean) =>
    variants.filter(each => isWrong(each) && each.off === off).map(each => named(each, repetitions));
  const [replaced, broken] = [list(true), list(false)];
  return {
    replaced:
      replaced.length === 0
        ? ''
        : `Kernels that give wrong numbers on this GPU are switched off, and slower ones do their work: ${replaced.join(', ')}. What was computed before may be wrong.`,
    broken:
      broken.length === 0
        ? ''
        : `This GPU gives wrong numbers, and no other kernel does that work: ${broken.join(', ')}. You can go on, but do not trust what it writes.`,
  };
}

/** One sentence for the panel. */
export function checkedWords({ variants, bound }: SelfTestReport): string {
  const errors = variants.filter(each => !each.off).map(({ error }) => error);
  const known = errors.map(error => error ?? 0);
  const worst = errors.includes(null) ? null : mostOf(known, 0);
  const wrong = variants.filter(isWrong).length;
  const outcome = wrong === 0 ? '' : `, ${formatCount(wrong)} of them wrong`;
  return `Checked on this GPU: largest error ${worst === null ? 'beyond any bound' : `${share(worst)} of a number`} (up to ${share(bound)} is rounding), in ${countWords(variants.length, 'kernel')}${outcome}.`;
}

/** For an issue: nothing of the text, and nothing of the person. */
export function reportText(report: SelfTestReport, adapter: AdapterDescription, about: string): string {
  const { variants, repetitions, bound, build, browser } = report;
  const state = (each: CheckedVariant): string => {
    if (!isWrong(each)) return 'right';
    const often = `wrong in ${each.wrong} of ${repetitions}`;
    return each.off ? `${often}, switched off` : `${often}, in use`;
  };
  return [
    'Nucleus: kernels checked against float64',
    `adapter: ${[adapter.vendor, adapter.architecture, adapter.device].filter(part => part !== '').join(' ')}`,
    `driver: ${adapter.description}`,
    `kernels: ${adapter.kernels}${adapter.software ? ', software' : ''}; features: ${adapter.features.join(' ')}`,
    `browser: ${browser}`,
    `shaders: ${build}`,
    `model: ${about}`,
    `bound: ${share(bound)}, ${repetitions} runs each`,
    '',
    ...variants.map(each => `${each.name}: ${share(each.error)}, ${state(each)}`),
    '',
  ].join('\n');
}
