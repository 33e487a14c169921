// Models on offer. A look at the files comes before any download.
import { formatBytes, formatParameters } from '../../lib/format.ts';
import type { CatalogueEntry } from '../../stores/model/types.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { useAsked } from './asked.ts';
import { Inspection } from './Inspection.tsx';
import { LoadTrouble } from './LoadTrouble.tsx';
import { useLoaded } from './loaded.ts';
import styles from './Models.module.css';

function Entry({ entry }: { entry: CatalogueEntry }) {
  const { model } = useStores();
  const { inUse, cached, busy } = useLoaded(entry.key);
  const place = `offer ${entry.key}` as const;
  const { ask } = useAsked(place);
  const direct = cached || entry.source.kind === 'shipped';
  return (
    <li className={styles.entry}>
      <div className={styles.words}>
        <strong>{entry.name}</strong>{' '}
        <span className={styles.quiet}>
          {formatParameters(entry.parameters)} · {formatBytes(entry.bytes)}
          {cached && ' · cached here'}
        </span>
        <p className={styles.quiet}>{entry.summary}</p>
      </div>
      {inUse ? (
        <span className={styles.used}>in use</span>
      ) : direct ? (
        <Button
          disabled={busy}
          aria-label={`Load ${entry.name}`}
          onClick={() => {
            ask();
            void model.getState().loadModel(entry.source);
          }}
        >
          Load
        </Button>
      ) : (
        <Button
          icon="download"
          disabled={busy}
          aria-label={`Get ${entry.name}`}
          onClick={() => {
            ask();
            void model.getState().inspect(entry.source);
          }}
        >
          {formatBytes(entry.bytes)}
        </Button>
      )}
      <Inspection at={place} />
      <LoadTrouble at={place} />
    </li>
  );
}

export function Catalogue() {
  const catalogue = useModel(s => s.catalogue);
  return (
    <section className={styles.section} aria-label="On offer">
      <h3>On offer</h3>
      <ul className={styles.entries}>
        {catalogue.map(entry => (
          <Entry key={entry.key} entry={entry} />
        ))}
      </ul>
    </section>
  );
}
