// Models on offer, and a search in them. A look at the files comes before any download.
import { useState } from 'react';
import { formatBytes, formatParameters } from '../../lib/format.ts';
import { useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { SearchField } from '../../ui/controls/SearchField.tsx';
import { useAsked } from './asked.ts';
import { CATALOGUE, type CatalogueEntry, found, weightBytes } from './catalogue.ts';
import { Inspection } from './Inspection.tsx';
import { LoadTrouble } from './LoadTrouble.tsx';
import { useLoaded } from './loaded.ts';
import styles from './Models.module.css';
import { useTightness } from './room.ts';

function Entry({ entry }: { entry: CatalogueEntry }) {
  const { model } = useStores();
  const weights = weightBytes(entry);
  const tight = useTightness()(weights);
  const { inUse, cached, busy } = useLoaded(entry.key);
  const place = `offer ${entry.key}` as const;
  const { ask } = useAsked(place);
  const direct = cached || entry.source.kind === 'shipped';
  return (
    <li className={cx(styles.entry, tight !== '' && styles.tight)}>
      <div className={styles.words}>
        <strong>{entry.name}</strong>{' '}
        <span className={styles.quiet}>
          {formatParameters(entry.parameters)} · {formatBytes(weights)} on the GPU as {entry.dtype} · {entry.licence}
          {entry.gated && ' · gated'}
          {cached && ' · cached here'}
        </span>
        <p className={styles.quiet}>{entry.summary}</p>
        {tight !== '' && <p className={styles.quiet}>{tight}</p>}
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
  const [query, setQuery] = useState('');
  const entries = found(CATALOGUE, query);
  return (
    <section className={styles.section} aria-label="On offer">
      <h3>On offer</h3>
      <SearchField
        label="Search the models on offer"
        placeholder="name, language, licence…"
        value={query}
        onChange={setQuery}
      />
      <ul className={styles.entries}>
        {entries.map(entry => (
          <Entry key={entry.key} entry={entry} />
        ))}
      </ul>
      {entries.length === 0 && (
        <p className={styles.quiet} role="status">
          None of these. Any other model can be had by its name, above.
        </p>
      )}
    </section>
  );
}
