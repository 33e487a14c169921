// What each line of a plot is called, beside the plot.
import { LineSwatch } from '../../ui/plot/LineSwatch.tsx';
import type { PlotLine } from '../../ui/plot/lines.ts';
import step from './Step.module.css';

export function LineKeys({ lines }: { lines: readonly PlotLine[] }) {
  return (
    <span className={step.row}>
      {lines.map(({ key, name, look }) => (
        <span key={key} className={step.key}>
          <LineSwatch look={look} /> {name}
        </span>
      ))}
    </span>
  );
}
