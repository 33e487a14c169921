// Under the text: a load on its way, a load that failed, and notices about the model.
import { useState } from 'react';
import { sourceName } from '../../lib/model-source.ts';
import { noticeWords } from '../../stores/messages.ts';
import { isOfLoss } from '../../stores/model/loss.ts';
import type { ModelState } from '../../stores/model/types.ts';
import { useDocument, useGeneration, useModel, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { KernelNotice } from './KernelNotice.tsx';
import { LoadProgress } from './LoadProgress.tsx';
import styles from './LoadStrip.module.css';
import { LossNotice } from './LossNotice.tsx';

/** Shown over the whole text instead. */
const SHOWN_ELSEWHERE = ['no_webgpu', 'insecure_context', 'no_adapter'];

function idleWords(letGo: ModelState['letGo']): string {
  if (letGo === null) return 'No model is loaded.';
  const name = sourceName(letGo.source);
  if (letGo.by === 'room') return `${name} had made room. Your text is kept.`;
  return letGo.by === 'tab'
    ? `Another tab has taken over ${name}, so it was let go here. Your text is kept.`
    : `${name} was let go, and its memory is free. Your text is kept.`;
}

/** What is to be seen until the model is here. */
function StandIn() {
  const stores = useStores();
  const recorded = useModel(({ load }) => (load.status === 'ready' ? load.model : null));
  const tokens = useDocument(s => s.tokens.length);
  const running = useGeneration(s => isRunning(s.status));
  if (recorded === null) return null;
  const show = () => void import('./openRecorded.ts').then(({ showRecorded }) => showRecorded(stores));
  return (
    <p className={styles.meanwhile}>
      {tokens > 0 && `These numbers were recorded on ${recorded.name}, which is on its way.`}
      {tokens < (recorded.recorded?.ids.length ?? 0) && (
        <Button disabled={running} onClick={show}>
          Look at a recorded run
        </Button>
      )}
    </p>
  );
}

export function LoadStrip() {
  const { model, view } = useStores();
  const load = useModel(s => s.load);
  const blocked = useModel(s => s.blocked !== null);
  // Idle is also how a page begins, before its first load: then there is nothing to say yet.
  const [begun, setBegun] = useState(false);
  if (!begun && load.status !== 'idle') setBegun(true);
  const notices = useModel(s => s.notices);
  const failure = useModel(s => s.failure);
  const standsIn = useModel(s => s.coming !== null);
  const letGo = useModel(s => s.letGo);
  const { retry, wayBack } = model.getState();
  const loadAgain = () => void (letGo?.by === 'room' ? wayBack()() : retry());
  return (
    <>
      {notices.map(notice => (
        <Notice key={notice} tone="warn" onDismiss={() => model.getState().dismissNotice(notice)}>
          {noticeWords(notice)}
        </Notice>
      ))}
      <KernelNotice />
      <LossNotice />
      <LoadProgress />
      {standsIn && <StandIn />}
      {load.status === 'failed' && !SHOWN_ELSEWHERE.includes(load.error.code) && !isOfLoss(load.error) && (
        <>
          <ErrorNotice error={load.error} retry={() => void retry()} />
          {letGo?.by === 'room' && (
            <p className={styles.idle}>
              {idleWords(letGo)}
              <Button onClick={loadAgain}>Load it again</Button>
            </p>
          )}
        </>
      )}
      {failure !== null && (
        <ErrorNotice
          error={failure.error}
          retry={() => void retry()}
          onDismiss={() => model.getState().dismissFailure()}
        />
      )}
      {begun && load.status === 'idle' && !blocked && (
        <p className={styles.idle}>
          {idleWords(letGo)}
          {letGo && <Button onClick={loadAgain}>Load it again</Button>}
          {letGo?.source.kind !== 'shipped' && (
            <Button onClick={() => void model.getState().loadDefault()}>Load the one that ships with the page</Button>
          )}
          <Button onClick={() => view.getState().open('models')}>Choose another model</Button>
        </p>
      )}
    </>
  );
}
