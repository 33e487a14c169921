// The view "Compare": columns on one text beside each other.
import { Columns } from './Columns.tsx';
import styles from './Compare.module.css';

export function Compare() {
  return (
    <section className={styles.view} aria-label="Compare">
      <Columns />
    </section>
  );
}
