// That the kernels of the model in use were checked on this GPU, and how far they are from float64; a check anew, and a report to copy.
import { useState } from 'react';
import { useStore } from 'zustand';
import type { AdapterDescription } from '../../protocol/events.ts';
import { messageFor } from '../../stores/messages.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { copy } from '../shared/saving.ts';
import { kernelsStore } from './kernels.ts';
import { checkedWords, faultWords, reportText } from './kernelWords.ts';
import styles from './Models.module.css';

export function KernelCheck({ adapter }: { adapter: AdapterDescription }) {
  const { task, report, check, stop } = useStore(kernelsStore.of(useStores()));
  const about = useModel(({ load }) => (load.status === 'ready' ? `${load.model.arch}, ${load.model.dtype}` : ''));
  const [copied, setCopied] = useState('');
  const copyReport = async (): Promise<void> => {
    if (report === null) return;
    const done = await copy(reportText(report, adapter, about));
    setCopied(done ? 'Copied.' : 'The browser does not let the page copy.');
  };
  // A check begins by itself: what stands below must not move under a hand.
  const working = task.status === 'working';
  const faults = report === null || working ? [] : Object.values(faultWords(report)).filter(words => words !== '');
  return (
    <section className={styles.section} aria-label="Kernels on this GPU">
      <p className={styles.quiet}>
        {report === null || working
          ? 'Every kernel of this model is checked against float64 on this GPU, in idle time after a load.'
          : checkedWords(report)}
      </p>
      {faults.map(words => (
        <Notice key={words} tone="bad">
          {words}
        </Notice>
      ))}
      {working ? (
        <div className={styles.line}>
          <Progress label="Checking the kernels" share={task.done / task.total}>
            <span>Checking the kernels on this GPU</span>
          </Progress>
          <Button onClick={stop}>Stop</Button>
        </div>
      ) : (
        <div className={styles.line}>
          <Button onClick={() => void check()}>{report === null ? 'Check now' : 'Check again'}</Button>
          {report !== null && <Button onClick={() => void copyReport()}>Copy report</Button>}
          <span role="status" className={styles.quiet}>
            {copied}
          </span>
        </div>
      )}
      {task.error !== null && <Notice tone="bad">{messageFor(task.error).text}</Notice>}
    </section>
  );
}
