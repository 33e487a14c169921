// The models of a repository that holds several: a look at one of them, in its place in the list, before its download.
import * as v from 'valibot';
import { type ModelChoice, type ModelSource, sourceKey } from '../../lib/model-source.ts';
import type { WireError } from '../../protocol/events.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { inSight } from '../../ui/controls/inSight.ts';
import { type Place, useAsked } from './asked.ts';
import { ChoiceList, type Standing } from './ChoiceList.tsx';
import { ChoiceRow } from './ChoiceRow.tsx';
import { LookResult } from './LookResult.tsx';
import { useLoaded } from './loaded.ts';
import styles from './Models.module.css';

const CHOICES = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ file: v.string(), parts: v.number(), bytes: v.number() })),
);

/** What an error leaves to choose from; null where it leaves nothing. */
export function choicesOf({ code, detail }: WireError): readonly ModelChoice[] | null {
  const read = v.safeParse(CHOICES, detail.choices);
  return code === 'choose_file' && read.success ? read.output : null;
}

interface LookRowProps {
  choice: ModelChoice;
  standing: Standing;
  source: ModelSource;
  at: Place | null;
}

function LookRow({ choice, standing, source, at }: LookRowProps) {
  const { model } = useStores();
  const chosen = useModel(s => s.chosen);
  const loaded = useLoaded(sourceKey(source));
  const { ask } = useAsked(at);
  const look = chosen.status !== 'none' && sourceKey(chosen.source) === sourceKey(source) ? chosen : null;
  const onLook = () => {
    ask();
    void model.getState().inspectChosen(source);
  };
  return (
    <ChoiceRow
      choice={choice}
      {...standing}
      {...loaded}
      verb="Look at"
      label="Look at it"
      status={look?.status ?? 'none'}
      onChoose={onLook}
      onLeave={model.getState().forgetChosen}
    >
      {leave => look && <LookResult look={look} onAgain={onLook} onLeave={leave} onChoose={leave} />}
    </ChoiceRow>
  );
}

interface ChoicesProps {
  choices: readonly ModelChoice[];
  source: ModelSource;
  /** Where they were asked for. */
  at: Place | null;
}

export function Choices({ choices, source, at }: ChoicesProps) {
  if (source.kind !== 'hub') return null;
  return (
    <div ref={inSight} className={styles.inspection}>
      <p>
        <strong>{source.repo}</strong> holds {choices.length} models. The smaller its file, the further a model is from
        the one that it was made from.
      </p>
      <ChoiceList
        label="Models of the repository"
        choices={choices}
        row={(choice, standing) => {
          const one = { ...source, file: choice.file };
          return <LookRow key={choice.file} choice={choice} standing={standing} source={one} at={at} />;
        }}
      />
    </div>
  );
}
