// The view "Compare": columns on one text beside each other, or a grid over two settings.
import { useState } from 'react';
import { Choice } from '../../ui/controls/Choice.tsx';
import { cx } from '../../ui/controls/cx.ts';
import pane from '../shared/Pane.module.css';
import { Columns } from './Columns.tsx';
import styles from './Compare.module.css';
import { Grid } from './Grid.tsx';

const PARTS = [
  { value: 'columns', label: 'Columns', title: 'Runs, models or branches beside each other' },
  { value: 'grid', label: 'Grid', title: 'One text over temperature and top-p' },
] as const;

export function Compare() {
  const [part, setPart] = useState<(typeof PARTS)[number]['value']>('columns');
  return (
    <section className={cx(pane.pane, styles.view)} aria-label="Compare">
      <Choice label="What to compare" value={part} options={PARTS} onChange={setPart} />
      {part === 'columns' ? <Columns /> : <Grid />}
    </section>
  );
}
