// The models of a repository that holds several: a look at one of them, in its place in the list, before its download.
import * as v from 'valibot';
import { type ModelSource, sourceKey } from '../../lib/model-source.ts';
import type { WireError } from '../../protocol/events.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { inSight } from '../../ui/controls/inSight.ts';
import { type Place, useAsked } from './asked.ts';
import { type Choice, ChoiceRow } from './ChoiceRow.tsx';
import styles from './Models.module.css';
import { useTightness } from './room.ts';

const CHOICES = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ file: v.string(), parts: v.number(), bytes: v.number() })),
);

/** What an error leaves to choose from, the smallest first; null where it leaves nothing. */
export function choicesOf({ code, detail }: WireError): readonly Choice[] | null {
  const read = v.safeParse(CHOICES, detail.choices);
  return code === 'choose_file' && read.success ? read.output.sort((a, b) => a.bytes - b.bytes) : null;
}

interface ChoicesProps {
  choices: readonly Choice[];
  source: ModelSource;
  /** Where they were asked for. */
  at: Place | null;
}

export function Choices({ choices, source, at }: ChoicesProps) {
  const { model } = useStores();
  const chosen = useModel(s => s.chosen);
  const { ask } = useAsked(at);
  const tightness = useTightness();
  // Of an adapter that nobody has asked for nothing is known.
  const known = useModel(s => s.adapter !== null);
  if (source.kind !== 'hub') return null;
  const tight = choices.map(({ bytes }) => tightness(bytes));
  const largest = known ? tight.lastIndexOf('') : -1;
  return (
    <div ref={inSight} className={styles.inspection}>
      <p>
        <strong>{source.repo}</strong> holds {choices.length} models. The smaller its file, the further a model is from
        the one that it was made from.
      </p>
      <ul className={styles.entries} aria-label="Models of the repository">
        {choices.map((choice, i) => {
          const one = { ...source, file: choice.file };
          const here = chosen.status !== 'none' && sourceKey(chosen.source) === sourceKey(one);
          return (
            <ChoiceRow
              key={choice.file}
              choice={choice}
              source={one}
              tight={tight[i] ?? ''}
              largest={i === largest}
              look={here ? chosen : null}
              onLook={() => {
                ask();
                void model.getState().inspectChosen(one);
              }}
            />
          );
        })}
      </ul>
    </div>
  );
}
