// The switch to the numbers of a picture as a table.
import styles from './TableToggle.module.css';

export function TableToggle({ open, onChange }: { open: boolean; onChange: (open: boolean) => void }) {
  return (
    <button type="button" className={styles.toggle} aria-expanded={open} onClick={() => onChange(!open)}>
      {open ? 'Hide the table' : 'Show as a table'}
    </button>
  );
}
