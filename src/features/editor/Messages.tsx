// The line under the text: an error, a hint with its fix, or how the last run ended. One at a time, in a place of its own.
import { ACTION_LABELS, finishWords, GO_PAST_LABEL, wayOn } from '../../stores/messages.ts';
import { isOfLoss } from '../../stores/model/loss.ts';
import { isComing } from '../../stores/model/under-way.ts';
import { useDocument, useFeature, useGeneration, useModel, useStores } from '../../stores/react.ts';
import type { FinishedStatus } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { faultStore } from './fault.ts';
import styles from './Messages.module.css';
import { TooLong, useExcess } from './TooLong.tsx';
import { faultWords } from './words.ts';

/** How the run ended, with the button that gets it over that end where Run alone would meet it again. */
function Ended({ status }: { status: FinishedStatus }) {
  const { generation } = useStores();
  const words = finishWords(status);
  const way = wayOn(status);
  if (way === null) return <p className={styles.line}>{words}</p>;
  const { goPast, keepTail } = generation.getState();
  const button =
    way.kind === 'go_past' ? (
      <Button onClick={() => void goPast()}>{GO_PAST_LABEL}</Button>
    ) : (
      <Button onClick={keepTail}>{ACTION_LABELS.keep_tail}</Button>
    );
  return (
    <Notice tone="hint" action={button}>
      {words} {way.text}
    </Notice>
  );
}

export function Messages() {
  const { generation, document } = useStores();
  const status = useGeneration(s => s.status);
  const slow = useGeneration(s => s.slow);
  const endsInSpace = useDocument(s => s.endsInSpace);
  const ready = useModel(s => s.load.status === 'ready');
  const coming = useModel(isComing);
  const recorded = useModel(s => s.load.status === 'ready' && s.load.model.recorded !== undefined);
  const divergence = useDocument(s => s.divergence);
  const empty = useDocument(s => s.text === '');
  const counting = useDocument(s => s.pending !== null);
  const excess = useExcess();
  const fault = useFeature(faultStore, s => s.fault);

  if (fault) return <Notice tone="bad">{faultWords(fault)}</Notice>;
  if (status.kind === 'failed' && !isOfLoss(status.error)) {
    return (
      <ErrorNotice
        error={status.error}
        retry={() => void generation.getState().run()}
        onDismiss={() => generation.getState().dismiss()}
      />
    );
  }
  if (status.kind === 'waiting') {
    const until = ready && !coming ? 'all of the text has its tokens' : 'the model is ready';
    return <p className={styles.line}>The run begins when {until}.</p>;
  }
  if (slow && ready && status.kind !== 'stopping') {
    return (
      <Notice tone="hint" action={<Button onClick={() => generation.getState().stop()}>Stop the run</Button>}>
        The model has been at work on the next token for more than 10 seconds: it is large for this adapter.
      </Notice>
    );
  }
  if (!ready && (status.kind === 'prefilling' || status.kind === 'generating'))
    return <p className={styles.line}>The run goes on when the model is ready.</p>;
  if (status.kind === 'prefilling') return <p className={styles.line}>Reading the text…</p>;
  if (status.kind === 'asking') return <p className={styles.line}>Fetching data from {status.command}…</p>;
  if (status.kind === 'generating') return <p className={styles.line}>Generating…</p>;
  if (status.kind === 'stopping')
    return (
      <p className={styles.line}>{slow ? 'Stopping as soon as the adapter has ended what it is at…' : 'Stopping…'}</p>
    );
  // Before the hints about the text: what the run has just met is what stands in the way.
  if (status.kind === 'finished' && wayOn(status) !== null) return <Ended status={status} />;
  if (counting) return <p className={styles.line}>Counting the tokens of the text…</p>;
  if (excess > 0) return <TooLong excess={excess} />;
  if (endsInSpace) {
    return (
      <Notice tone="hint" action={<Button onClick={() => document.getState().trimEnd()}>Remove it</Button>}>
        The text ends in a space. In this vocabulary a space belongs to the next token, so the model expects none here.
      </Notice>
    );
  }
  if (divergence) {
    return (
      <Notice tone="hint" action={<Button onClick={() => document.getState().retokenise()}>Re-tokenise</Button>}>
        These token ids are not the ones this text would get if it were typed afresh.
      </Notice>
    );
  }
  if (status.kind === 'finished') {
    return <Ended status={status} />;
  }
  if (ready && empty)
    return (
      <p className={styles.line}>
        Type the beginning of a text, choose an example, or press Run to start from nothing.
      </p>
    );
  if (recorded) return <p className={styles.line}>Click a word to see what else could have come.</p>;
  if (ready)
    return (
      <p className={styles.line}>Press Run to go on from here, or click a word to see what else could have come.</p>
    );
  return null;
}
