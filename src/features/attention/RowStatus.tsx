// What stands between a person and the row of the selected token.
import { useDocument } from '../../stores/react.ts';
import { ProbeStatus, type ProbeWords } from '../shared/ProbeStatus.tsx';
import { useAttention, useAttentionStore } from './useAttention.ts';

const WORDS: ProbeWords = {
  name: 'What heads read',
  inWords: 'attention',
  takes: 'Attention needs the keys of the text before this token, and computing them takes',
  compute: 'Compute the attention',
  rest: 'Compute the attention',
  stop: 'Stop computing',
  stopped: 'Stopped.',
  running: 'What each head reads appears here after the run.',
};

/** Without a row the line also says what will come; above an older row it only speaks where a person is asked. */
export function RowStatus() {
  const { fetchRow, stopRow } = useAttentionStore().getState();
  const probe = useAttention(s => s.probe);
  const older = useAttention(s => s.row !== null);
  const position = useDocument(s => (s.selected === 'end' ? s.tokens.length - 1 : s.selected));
  const words = older
    ? { ...WORDS, takes: `Position ${position} takes`, compute: 'Compute it', rest: 'Compute it' }
    : { ...WORDS, ready: 'Computing what each head reads here…' };
  if (older && ['waiting', 'working', 'ready'].includes(probe.status)) return null;
  return <ProbeStatus state={probe} words={words} compute={fetchRow} stop={stopRow} />;
}
