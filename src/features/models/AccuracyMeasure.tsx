// What the format of the weights in use changes, measured on a text: a button, how far it is, and the numbers in words.
import { useStore } from 'zustand';
import { formatBytes } from '../../lib/format.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { messageFor } from '../../stores/messages.ts';
import { useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { accuracyStore } from './accuracy.ts';
import { measuredWords, readingWords } from './accuracyWords.ts';
import styles from './Models.module.css';

interface AccuracyMeasureProps {
  model: Pick<LoadedModel, 'format' | 'dtype' | 'formats' | 'atHand'>;
}

/** Nothing where the weights are those of the files. */
export function AccuracyMeasure({ model }: AccuracyMeasureProps) {
  const store = accuracyStore.of(useStores());
  const { task, reading, measured, measure, stop } = useStore(store);
  if (model.format === 'stored') return null;
  const original = model.formats.find(({ format }) => format === 'stored')?.weightBytes ?? 0;
  const again = model.atHand ? '' : ', which are downloaded again';
  return (
    <section className={styles.section} aria-label="Accuracy">
      {task.status === 'working' ? (
        <div className={styles.line}>
          <Progress label="Measuring accuracy" share={task.done / task.total}>
            <span>{reading === null ? `${task.done} of ${task.total} rows` : readingWords(reading)}</span>
          </Progress>
          <Button onClick={stop}>Stop</Button>
        </div>
      ) : (
        <div className={styles.line}>
          <Button onClick={() => void measure()}>Measure accuracy</Button>
          <span className={styles.quiet}>
            on your text, or on a plain one where yours is short, beside the weights of the files{again}:{' '}
            {formatBytes(original)} more GPU memory meanwhile
          </span>
        </div>
      )}
      {measured !== null && measured.done > 0 && <p>{measuredWords(measured, model.dtype)}</p>}
      {task.error !== null && <Notice tone="bad">{messageFor(task.error).text}</Notice>}
    </section>
  );
}
