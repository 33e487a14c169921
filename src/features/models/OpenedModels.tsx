// Several models among the files that were opened: each is opened by one press, and the list stays for the next.
import { useEffect, useRef } from 'react';
import { forgetSeveral } from '../../stores/model/opening.ts';
import type { OneOfSeveral, SeveralModels } from '../../stores/model/types.ts';
import { isComing, modelItself } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { inSight } from '../../ui/controls/inSight.ts';
import { useAsked } from './asked.ts';
import { ChoiceList, type Standing } from './ChoiceList.tsx';
import { ChoiceRow } from './ChoiceRow.tsx';
import { LoadProgress } from './LoadProgress.tsx';
import { LoadTrouble } from './LoadTrouble.tsx';
import styles from './Models.module.css';

interface OpenRowProps {
  one: OneOfSeveral;
  standing: Standing;
  keep: boolean;
}

function OpenRow({ one, standing, keep }: OpenRowProps) {
  const { model } = useStores();
  const place = `several ${one.file}` as const;
  const { here, ask } = useAsked(place);
  const busy = useModel(isComing);
  const ready = useModel(s => modelItself(s).status === 'ready');
  const failed = useModel(s => s.load.status === 'failed' || s.failure !== null);
  const dismissible = useModel(s => s.failure !== null);
  const { dismissFailure, loadModel, openedFrom } = model.getState();
  return (
    <ChoiceRow
      choice={one}
      {...standing}
      inUse={ready && areSame(openedFrom().files ?? [], one.files)}
      cached={false}
      busy={busy}
      verb="Open"
      label="Open"
      status={!here ? 'none' : busy ? 'loading' : failed ? 'failed' : 'none'}
      onChoose={() => {
        ask();
        void loadModel(one.source, { files: one.files, keep });
      }}
      onLeave={dismissible ? dismissFailure : null}
    >
      {leave => (busy ? <LoadProgress /> : <LoadTrouble at={place} onChoose={leave} />)}
    </ChoiceRow>
  );
}

/** The same files of a disk, whenever they were opened. */
function areSame(some: readonly File[], others: readonly File[]): boolean {
  const same = ({ name, size, lastModified }: File, other: File | undefined): boolean =>
    name === other?.name && size === other.size && lastModified === other.lastModified;
  return some.length === others.length && some.every((file, i) => same(file, others[i]));
}

/** Lists that have been in sight once: later the dialog of models begins at its top. */
const seen = new WeakSet<SeveralModels>();

interface OpenedModelsProps {
  /** What is opened is stored in the browser. */
  keep: boolean;
  /** The list was closed. */
  onClosed: () => void;
}

export function OpenedModels({ keep, onClosed }: OpenedModelsProps) {
  const stores = useStores();
  const several = useModel(s => s.several);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (several === null || seen.has(several)) return;
    // The dialog around it may be opened only after this.
    const frame = requestAnimationFrame(() => {
      seen.add(several);
      inSight(list.current);
    });
    return () => cancelAnimationFrame(frame);
  }, [several]);
  if (several === null) return null;
  const { folder, models } = several;
  return (
    <div ref={list} className={styles.inspection}>
      <p>
        <strong>{folder || 'These files'}</strong> {folder === '' ? 'hold' : 'holds'} {models.length} models. The one in
        use stays until another turns out to run here.
      </p>
      <ChoiceList
        label="Models among the files"
        choices={models}
        row={(one, standing) => <OpenRow key={one.file} one={one} standing={standing} keep={keep} />}
      />
      <div className={styles.line}>
        <Button
          variant="quiet"
          onClick={() => {
            forgetSeveral(stores);
            onClosed();
          }}
        >
          Close the list
        </Button>
      </div>
    </div>
  );
}
