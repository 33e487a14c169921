// Which teams of threads make the products of a token on this GPU, and which of them were measured; measuring can be had again.
import { forgetTuning } from '../../client/debug-requests.ts';
import type { EventOf } from '../../protocol/events.ts';
import { useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import styles from './Debug.module.css';
import { tuningWords } from './tuningWords.ts';

export function TuningPane({
  teams,
  onChange,
}: Pick<EventOf<'debug_plan'>, 'teams'> & { onChange: (plan: EventOf<'debug_plan'>) => void }) {
  const { work } = useStores();
  const forget = () => void forgetTuning(work.client).then(onChange, () => {});
  return (
    <section className={styles.pane}>
      <p className={styles.words}>{tuningWords(teams)}</p>
      {teams.length > 0 && (
        <>
          <div className={styles.controls}>
            <Button onClick={forget} disabled={!teams.some(({ measured }) => measured)}>
              Forget, and measure at the next load
            </Button>
          </div>
          <table className={styles.table} aria-label="Threads of products">
            <thead>
              <tr>
                <th>product</th>
                <th>threads</th>
                <th>chosen</th>
              </tr>
            </thead>
            <tbody>
              {teams.map(({ product, threads, measured }) => (
                <tr key={product}>
                  <th scope="row">{product}</th>
                  <td>{threads}</td>
                  <td>{measured ? 'measured' : 'by rule'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
