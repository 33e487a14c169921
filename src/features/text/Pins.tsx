// Pinned tokens: which ones, their probability at the selected position, and their lines over all positions.
import { useMemo, useState } from 'react';
import { formatPowerOfTen, formatProbability, formatSmallProbability } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useDocument, usePins, useStores } from '../../stores/react.ts';
import { MOST_PINS } from '../../stores/run/pins-types.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { spokenText } from '../../ui/controls/visible.ts';
import { LinePlot } from '../../ui/plot/LinePlot.tsx';
import { LineSwatch } from '../../ui/plot/LineSwatch.tsx';
import type { PlotY } from '../../ui/plot/lines.ts';
import { ProbeStatus, type ProbeWords } from '../shared/ProbeStatus.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import { useOpen } from '../shared/useOpen.ts';
import { PinSearch } from './PinSearch.tsx';
import styles from './TextView.module.css';
import { type PinnedLine, usePinLines } from './usePinLines.ts';
import { usePinLinesStore, usePinWork } from './usePinWork.ts';
import { usePlaces } from './usePlaces.tsx';

type PinScale = 'linear' | 'log';

/** `0.1 %`, `50 %`. */
const formatShare = (value: number): string => `${Number((value * 100).toPrecision(3))} %`;

const AXES: Readonly<Record<PinScale, PlotY>> = {
  linear: {
    label: 'probability before sampling',
    scale: 'linear',
    from: 0,
    format: formatProbability,
    tick: formatShare,
  },
  log: {
    label: 'probability before sampling',
    scale: 'log',
    to: 1,
    format: formatSmallProbability,
    tick: value => (value < 1e-5 ? `${formatPowerOfTen(Math.round(Math.log10(value)) + 2)} %` : formatShare(value)),
  },
};

function PinList({ lines, position }: { lines: readonly PinnedLine[]; position: number }) {
  const { pins } = useStores();
  const tokenizer = useDocument(s => s.tokenizer);
  if (!tokenizer) return null;
  return (
    <ul className={styles.pins} aria-label={`Pinned tokens, probability at position ${position} before sampling`}>
      {lines.map(({ pin, values }) => {
        const p = values[position] ?? Number.NaN;
        const face = faceOf(tokenizer, pin.id);
        return (
          <li key={pin.id} data-pin={pin.id}>
            <LineSwatch look={pin.look} />
            <span className={styles.pinToken}>
              <TokenText {...face} />
            </span>
            <span className={styles.pinId}>#{pin.id}</span>
            <span className="num" title={Number.isNaN(p) ? undefined : String(p)}>
              {formatProbability(p)}
            </span>
            <IconButton
              icon="close"
              label={`Take the pin off ${(face.text !== null && spokenText(face.text)) || `token ${pin.id}`}`}
              onClick={() => pins.getState().unpin(pin.id)}
            />
          </li>
        );
      })}
    </ul>
  );
}

const WORDS: ProbeWords = {
  name: 'Computing the lines',
  inWords: 'the lines of pinned tokens',
  takes: 'The lines need a pass over the text,',
  compute: 'Compute the lines',
  rest: 'Compute the lines',
  stop: 'Stop computing',
  stopped: 'The lines are not whole: computing them was stopped.',
  running: 'The lines follow after the run.',
};

function PinWork() {
  const { compute, stop } = usePinLinesStore().getState();
  const probe = usePinWork(s => s.probe);
  return <ProbeStatus state={probe} words={WORDS} compute={compute} stop={stop} />;
}

export function Pins({ tokens }: { tokens: readonly DocumentToken[] }) {
  const { pins: store } = useStores();
  const lines = usePinLines(tokens);
  const lost = usePins(s => s.lost);
  const tokenizer = useDocument(s => s.tokenizer);
  const places = usePlaces(tokens);
  const [scale, setScale] = useState<PinScale>('linear');
  useOpen(usePinLinesStore());
  const drawn = useMemo(
    () =>
      lines.map(({ pin, values }) => {
        const found = tokenizer && faceOf(tokenizer, pin.id);
        const name = (found?.text && spokenText(found.text)) || `token ${pin.id}`;
        return { key: String(pin.id), name, look: pin.look, values, ...(found && { face: <TokenText {...found} /> }) };
      }),
    [lines, tokenizer],
  );
  const position = places.marked ?? tokens.length;
  return (
    <section className={styles.part} aria-label="Pinned tokens">
      <div className={styles.heading}>
        <h2>
          <Explain meaning="A pinned token is followed over all positions: how likely the model held it at each place, before sampling, whether it came or not.">
            Pinned tokens
          </Explain>
        </h2>
        {lines.length > 0 && (
          <Choice
            label="Scale of the probabilities"
            value={scale}
            options={[
              { value: 'linear', label: 'Linear' },
              { value: 'log', label: 'Log' },
            ]}
            onChange={setScale}
          />
        )}
      </div>
      {lost > 0 && (
        <Notice tone="hint" onDismiss={() => store.getState().dismissLost()}>
          {lost === 1 ? 'One pin was' : `${lost} pins were`} taken off: this vocabulary has no such token.
        </Notice>
      )}
      {lines.length === 0 ? (
        <p className={styles.words}>
          Pin up to {MOST_PINS} tokens to see how likely the model held each of them at every position: here, or in the
          candidate list of the Token view.
        </p>
      ) : (
        <>
          <LinePlot
            label="Probability of the pinned tokens"
            lines={drawn}
            x={{ label: 'position', count: tokens.length + 1 }}
            y={AXES[scale]}
            {...places}
            aside={<PinWork />}
          />
          <p className={styles.words}>
            At position <span className="num">{position}</span>
            {position === tokens.length ? ', what comes next' : ''}:
          </p>
          <PinList lines={lines} position={position} />
        </>
      )}
      <PinSearch />
    </section>
  );
}
