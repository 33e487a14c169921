// Lets a tree grow by itself: how deep, how wide, how likely; its progress, and a way to clear it.
import { useId, useState } from 'react';
import { formatCount, formatDuration } from '../../lib/format.ts';
import type { TokenPlace } from '../../stores/document/types.ts';
import { isHere } from '../../stores/model/under-way.ts';
import { useDocument, useModel } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import styles from './Grow.module.css';
import { GROWTH_BOUNDS, type Growth, type GrowthSettings, MOST_GROWN, mostNodes } from './growthTypes.ts';
import { useGrowth, useGrowthStore } from './useGrowth.ts';

const CONTROLS = [
  { name: 'depth', label: 'Depth', meaning: 'How many tokens deep the tree grows.' },
  { name: 'children', label: 'Children', meaning: 'At most so many of the likeliest tokens follow each token.' },
  {
    name: 'floor',
    label: 'Floor',
    meaning: 'A token grows only where its probability before sampling, after the tokens before it, is at least this.',
  },
] as const satisfies readonly { name: keyof GrowthSettings; label: string; meaning: string }[];

function Control({ name, label, meaning }: (typeof CONTROLS)[number]) {
  const value = useGrowth(s => s.settings[name]);
  const growth = useGrowthStore();
  const describe = useId();
  return (
    <div className={styles.control}>
      <Explain meaning={meaning} id={describe}>
        {label}
      </Explain>
      <NumberField
        label={label}
        value={value}
        describedBy={describe}
        onChange={next => growth.getState().change({ [name]: next })}
        {...GROWTH_BOUNDS[name]}
      />
    </div>
  );
}

function outcome({ nodes, computed, reused, full }: Growth): string {
  const count = `${formatCount(nodes.length)} ${nodes.length === 1 ? 'token has' : 'tokens have'} grown`;
  const cost = `${formatCount(computed)} rows computed, ${formatCount(reused)} positions re-used.`;
  if (nodes.length === 0) return `No token is that likely here: lower the floor. ${cost}`;
  return full ? `${count}, the most that is drawn: ${cost}` : `${count}: ${cost}`;
}

function GrownLine() {
  const growth = useGrowth(s => s.growth);
  const task = useGrowth(s => s.task);
  const lost = useGrowth(s => s.lost);
  const store = useGrowthStore();
  if (task.status === 'working') {
    return (
      <div className={styles.line}>
        <Progress label="Growing" share={task.total > 0 ? task.done / task.total : null}>
          depth {task.done} of {task.total}, {formatCount(growth?.nodes.length ?? 0)} tokens
        </Progress>
        <Button icon="stop" onClick={() => store.getState().stop()}>
          Stop growing
        </Button>
      </div>
    );
  }
  if (growth && (task.status === 'done' || task.status === 'stopped')) {
    return (
      <div className={styles.line}>
        <p>
          {task.status === 'stopped' && 'Stopped. '}
          {outcome(growth)}
        </p>
        <Button onClick={() => store.getState().clear()}>Clear what has grown</Button>
      </div>
    );
  }
  if (lost) {
    const why = lost === 'text' ? 'no branch begins with its text any more' : 'another model is loaded';
    return <p className={styles.line}>What had grown is gone: {why}.</p>;
  }
  return null;
}

export function Grow() {
  const store = useGrowthStore();
  const settings = useGrowth(s => s.settings);
  const task = useGrowth(s => s.task);
  const selected = useDocument(s => s.selected);
  const count = useDocument(s => s.tokens.length);
  const ready = useModel(isHere);
  const [from, setFrom] = useState<'end' | 'selected'>('end');
  const inside = selected !== 'end' && selected > 0;
  const place: TokenPlace = from === 'selected' && inside ? selected : 'end';
  const seconds = store.getState().seconds(place);
  const grow = () => void store.getState().grow(place);
  return (
    <section className={styles.grow} aria-label="Grow">
      <h2>
        <Explain meaning="The likeliest next tokens, the likeliest after each of them, and so on: all of one depth run as batches on the GPU. Exact probabilities, nothing is drawn.">
          Growth by itself
        </Explain>{' '}
        <span className={styles.most}>
          {mostNodes(settings) >= MOST_GROWN
            ? `ends at ${formatCount(MOST_GROWN)} tokens`
            : `at most ${formatCount(mostNodes(settings))} tokens`}
          {Number.isFinite(seconds) && `, about ${formatDuration(Math.max(10, seconds * 1000))}`}
        </span>
      </h2>
      <div className={styles.controls}>
        {CONTROLS.map(control => (
          <Control key={control.name} {...control} />
        ))}
        <Button variant="primary" disabled={!ready || count === 0 || task.status === 'working'} onClick={grow}>
          Grow
        </Button>
      </div>
      {inside && (
        <Choice
          label="Grow from"
          value={from}
          options={[
            { value: 'end', label: 'From the end' },
            { value: 'selected', label: `At position ${formatCount(selected)}` },
          ]}
          onChange={setFrom}
        />
      )}
      {task.status === 'failed' && task.error && <ErrorNotice error={task.error} retry={grow} />}
      <GrownLine />
    </section>
  );
}
