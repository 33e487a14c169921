// What the colours of a heatmap mean: the ramp between its two ends, and the sign for what is not known yet.
import styles from './HeatLegend.module.css';

export interface HeatScale {
  /** What is shown: `probability of the likeliest token, before sampling`. */
  readonly label: string;
  /** The ends of the ramp, in words with units. */
  readonly low: string;
  readonly high: string;
}

export function HeatLegend({ scale, pending }: { scale: HeatScale; pending: boolean }) {
  return (
    <p className={styles.legend}>
      <span className={styles.label}>
        <span className="visually-hidden">Colour: </span>
        {scale.label}
      </span>
      <span className={styles.scale}>
        <span className="num">{scale.low}</span>
        <span className={styles.ramp} aria-hidden="true" />
        <span className="visually-hidden">to</span>
        <span className="num">{scale.high}</span>
      </span>
      <span className={styles.scale} data-shown={pending}>
        <span className={styles.pending} aria-hidden="true" /> not computed
      </span>
    </p>
  );
}
