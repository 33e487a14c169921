// The view "Model": one token passes through the whole model, and every part says what it adds.
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { isAbout } from '../../stores/gpu-work/probe-state.ts';
import { useDocument, useFeature, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { useWidth } from '../../ui/controls/useWidth.ts';
import { TableToggle } from '../../ui/plot/TableToggle.tsx';
import { ProbeStatus, type ProbeWords } from '../shared/ProbeStatus.tsx';
import { useOpen } from '../shared/useOpen.ts';
import { FlowTable } from './FlowTable.tsx';
import styles from './FlowView.module.css';
import { stationsOf } from './facts.ts';
import { layoutOf } from './layout.ts';
import { Picture } from './Picture.tsx';
import { flowStore } from './store.ts';
import { useTold } from './useFlow.ts';
import { usePulse } from './usePulse.ts';
import { stationName, stationWords, type Told } from './words.ts';

const PROBE: ProbeWords = {
  name: 'The picture of the model',
  inWords: 'the picture of the model',
  takes: 'Passing the token through every part takes',
  compute: 'Compute it',
  rest: 'Compute it',
  stop: 'Stop computing',
  stopped: 'Stopped.',
  running: 'The picture goes on after the run.',
  progress: () => 'Passing the token through the model…',
  empty: 'The text is empty. Type a word, and it passes through the model here.',
};

/** Least and most px of the picture. */
const WIDTHS = { least: 300, most: 680 } as const;

function Flowing({ told }: { told: Told }) {
  const pane = useRef<HTMLDivElement>(null);
  const width = Math.min(WIDTHS.most, Math.max(WIDTHS.least, useWidth(pane)));
  const [table, setTable] = useState(false);
  const { layers } = told.facts;
  const stations = useMemo(() => stationsOf(layers.length), [layers.length]);
  const layout = useMemo(() => layoutOf(width, layers), [width, layers]);
  const { at, playing, go, play, pause } = usePulse(stations.length);
  const station = stations[at];
  const words = useId();
  const name = station ? stationName(station, told.model) : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: every step moves the pulse.
  useEffect(() => {
    // At rest the picture begins at its top.
    if (playing) void pane.current?.querySelector('[data-pulse]')?.scrollIntoView({ block: 'nearest' });
  }, [at, playing]);
  return (
    <>
      <div className={styles.controls}>
        <div className={styles.line}>
          <Button icon={playing ? 'stop' : 'run'} className={styles.play} onClick={playing ? pause : play}>
            {playing ? 'Pause' : 'Let it pass'}
          </Button>
          <input
            type="range"
            className={styles.range}
            aria-label="Where the token is"
            aria-valuetext={name}
            aria-describedby={words}
            min={0}
            max={stations.length - 1}
            step={1}
            value={at}
            onChange={event => go(event.target.valueAsNumber)}
          />
          <TableToggle open={table} onChange={setTable} />
        </div>
        <p id={words} className={styles.words}>
          <strong>{name}.</strong> {station && stationWords(station, told)}
        </p>
      </div>
      <ScrollPane more="More layers" className={styles.pane}>
        {table && <FlowTable told={told} stations={stations} at={at} />}
        <div ref={pane} translate="no">
          <Picture
            told={told}
            layout={layout}
            stations={stations}
            at={at}
            label={`One token on its way through ${layers.length} layers. The table has the numbers.`}
            onPick={go}
          />
        </div>
        <p className={styles.legend}>
          Down the middle the residual stream, as wide as it is long and as blue as it points to its end. Blocks are
          filled by the length of what they add; the cells below attention are its heads, the darker the more of their
          attention lies on one token. At the right what the model would say if it stopped there.
        </p>
      </ScrollPane>
    </>
  );
}

/** What is shown: the numbers of this pass, or until they are here those of the one before. */
function useKept(told: Told | null, about: boolean): Told | null {
  const tokenizer = useDocument(s => s.tokenizer);
  const last = useRef<Told | null>(null);
  useEffect(() => {
    if (told !== null) last.current = told;
  }, [told]);
  if (told !== null) return told;
  return about && last.current?.tokenizer === tokenizer ? last.current : null;
}

export function FlowView() {
  const store = flowStore.of(useStores());
  const probe = useFeature(flowStore, s => s.probe);
  const told = useTold();
  const shown = useKept(told, isAbout(probe));
  useOpen(store);
  const { compute, stop } = store.getState();
  return (
    <section className={styles.view} aria-label="Model">
      {probe.status === 'no_model' && (
        <p className={styles.note}>Once a model is loaded, a token of your text passes through it here.</p>
      )}
      {shown && (
        <div className={styles.flowing} data-current={told !== null} aria-busy={told === null}>
          <Flowing told={shown} />
        </div>
      )}
      {probe.status !== 'ready' && (
        <div className={styles.status}>
          <ProbeStatus state={probe} words={PROBE} compute={() => void compute()} stop={stop} />
        </div>
      )}
    </section>
  );
}
