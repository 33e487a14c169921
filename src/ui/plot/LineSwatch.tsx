// The look of a line of a plot: a colour and dashes, for the plot and for the legend beside it.
import styles from './LineSwatch.module.css';

/** `main`: the one line of a plot, in the colour of the tint's marks; 0 to 7 tell several lines apart, by colour and by dashes. */
export type LineLook = 'main' | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Dashes of the looks 0 to 7, in px: no two alike, so that colour is never the only sign. */
const DASHES = ['', '7 4', '2 3.5', '10 4 2 4', '14 5', '5 3 2 3 2 3', '3 6', '10 3 3 3 3 3'] as const;

/** What a line is drawn with: put it on an svg path or line. */
export function lineProps(look: LineLook) {
  const dashes = look === 'main' ? '' : DASHES[look];
  return {
    stroke: look === 'main' ? 'var(--mark)' : `var(--series-${look})`,
    ...(dashes === '' ? {} : { strokeDasharray: dashes }),
  };
}

export function LineSwatch({ look }: { look: LineLook }) {
  return (
    <svg className={styles.swatch} width="30" height="10" viewBox="0 0 30 10" aria-hidden="true" focusable="false">
      <line x1="1" y1="5" x2="29" y2="5" {...lineProps(look)} />
    </svg>
  );
}
