// The bar of a share in a list of shares, as long as the scale that a person chose for such lists makes it.
import { useView } from '../../stores/react.ts';
import { Bar } from '../../ui/controls/Bar.tsx';
import { barLength } from './barLength.ts';

interface ShareBarProps {
  share: number;
  /** The largest share of the list. */
  largest: number;
  tone: 'before' | 'after' | 'muted';
}

export function ShareBar({ share, largest, tone }: ShareBarProps) {
  const scale = useView(s => s.barScale);
  return <Bar share={barLength(share, largest, scale)} tone={tone} />;
}
