// The switch that keeps page and workers from every server, and what they asked so far.
import { useId } from 'react';
import { useStore } from 'zustand';
import { formatCount } from '../../lib/format.ts';
import { useStores } from '../../stores/react.ts';
import { countWords } from '../shared/countWords.ts';
import { networkStore } from '../shared/network.ts';
import styles from './Models.module.css';

export function NetworkSwitch() {
  const store = networkStore.of(useStores());
  const { off, asked, refused, lastRefused, turn } = useStore(store);
  const id = useId();
  const isKept = navigator.serviceWorker?.controller != null;
  return (
    <section className={styles.section} aria-label="Network">
      <h3>Network</h3>
      <label className={styles.check} htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={off === true}
          disabled={off === null}
          onChange={event => turn(event.target.checked)}
        />
        No network
      </label>
      <p className={styles.quiet}>
        {off === null
          ? 'This browser keeps nothing for the page, so there is no switch that would stay.'
          : 'While it is on, neither the page nor its workers ask any server for anything, in all tabs and after a reload. What is stored in this browser keeps working.'}
        {off === true &&
          !isKept &&
          ' Parts of the page that were never open still come from its own host, since this browser has not stored them yet.'}
      </p>
      <p className={styles.quiet} role="status">
        Since this page was opened: {countWords(asked, 'request')} made, {formatCount(refused)} refused
        {lastRefused === null ? '' : `, the last to ${lastRefused}`}.
      </p>
    </section>
  );
}
