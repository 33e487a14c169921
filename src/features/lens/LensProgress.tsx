// How far the lens is.
import { ProbeStatus, type ProbeWords } from '../shared/ProbeStatus.tsx';
import { useLens, useLensStore } from './useLens.ts';

const WORDS: ProbeWords = {
  name: 'The lens',
  inWords: 'the lens',
  takes: 'The positions in sight take',
  compute: 'Compute them',
  rest: 'Compute the rest',
  stop: 'Stop computing',
  stopped: 'Stopped. What had come is shown.',
  running: 'New positions follow when the run has ended.',
  progress: (done, total) => `Computed ${done} of ${total} pieces`,
  ready: 'Choose a cell to look at its position.',
};

export function LensProgress() {
  const { compute, stop } = useLensStore().getState();
  const probe = useLens(s => s.probe);
  return <ProbeStatus state={probe} words={WORDS} compute={() => void compute()} stop={stop} />;
}
