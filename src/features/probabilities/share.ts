// A probability in a narrow column.
import { formatProbability } from '../../lib/format.ts';

/** As `formatProbability`, the smallest shorter: `<10⁻⁴ %`. */
export function shortProbability(p: number): string {
  const text = formatProbability(p);
  return text.startsWith('<') ? '<10⁻⁴ %' : text;
}
