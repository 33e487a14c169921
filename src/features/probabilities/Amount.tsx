// A number in few digits, the whole of it as its title; in full where a person has asked for exact numbers.
import { formatLogit, formatProbability } from '../../lib/format.ts';

interface AmountProps {
  value: number;
  exact: boolean;
  kind?: 'probability' | 'logit';
}

export function Amount({ value, exact, kind = 'probability' }: AmountProps) {
  const short = kind === 'logit' ? formatLogit(value) : formatProbability(value);
  const full = value === Number.NEGATIVE_INFINITY ? '-∞' : String(value);
  return (
    <span className="num" title={full}>
      {exact ? full : short}
    </span>
  );
}
