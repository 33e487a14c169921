// One honest bar over all bytes of a load, its phase in words, and the way to stop it.
import { sourceName } from '../../lib/model-source.ts';
import { loadUnderWay } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { Elsewhere } from './Elsewhere.tsx';
import styles from './LoadProgress.module.css';
import { progressWords, shareDone } from './phases.ts';

export function LoadProgress() {
  const { model } = useStores();
  const load = useModel(loadUnderWay);
  const asks = useModel(s => s.elsewhere !== null);
  if (load === null) return null;
  if (asks) return <Elsewhere />;
  const name = sourceName(load.source);
  const [phase, ...numbers] = progressWords(load.progress, load.source.kind);
  return (
    <div className={styles.load}>
      <div className={styles.bar}>
        <Progress label={`Loading ${name}`} share={shareDone(load.progress)}>
          <span className={styles.phase}>
            {phase} · {name}
          </span>
          {numbers.map(number => (
            <span key={number}>{number}</span>
          ))}
        </Progress>
      </div>
      <Button disabled={load.cancelling} onClick={() => model.getState().cancelLoad()}>
        {load.cancelling ? 'Cancelling…' : 'Cancel'}
      </Button>
    </div>
  );
}
