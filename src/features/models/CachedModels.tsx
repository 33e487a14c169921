// Models stored in this browser: size, verify, look for an update, delete.
import { useState } from 'react';
import { formatBytes } from '../../lib/format.ts';
import type { CachedModel } from '../../lib/model-source.ts';
import { messageFor } from '../../stores/messages.ts';
import type { CacheTask } from '../../stores/model/types.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { useAsked } from './asked.ts';
import { LoadTrouble } from './LoadTrouble.tsx';
import { useLoaded } from './loaded.ts';
import styles from './Models.module.css';
import { StorageRoom } from './StorageRoom.tsx';

function taskWords(task: CacheTask): string {
  switch (task.kind) {
    case 'verifying':
      return 'Verifying…';
    case 'deleting':
      return 'Deleting…';
    case 'checking':
      return 'Asking the Hub…';
    case 'verified':
      return task.damaged.length === 0 ? 'Every byte is as it was stored.' : `Damaged: ${task.damaged.join(', ')}.`;
    case 'checked':
      return task.newer ? `A newer version is there (${task.commit.slice(0, 8)}).` : 'This is the newest version.';
    case 'failed':
      return messageFor(task.error).text;
    default:
      return task satisfies never;
  }
}

function Delete({ model }: { model: CachedModel }) {
  const { model: store } = useStores();
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <Button variant="quiet" aria-label={`Delete ${model.name}`} onClick={() => setAsking(true)}>
        Delete
      </Button>
    );
  }
  return (
    <>
      <Button
        variant="danger"
        aria-label={`Yes, delete ${model.name}`}
        onClick={() => void store.getState().deleteCached(model.key)}
      >
        Delete {formatBytes(model.bytes)}?
      </Button>
      <Button variant="quiet" onClick={() => setAsking(false)}>
        Keep
      </Button>
    </>
  );
}

function Cached({ model }: { model: CachedModel }) {
  const { model: store } = useStores();
  const task = useModel(s => s.cache.tasks[model.key]);
  const { inUse, busy } = useLoaded(model.key);
  const place = `stored ${model.key}` as const;
  const { ask } = useAsked(place);
  const working = task?.kind === 'verifying' || task?.kind === 'deleting' || task?.kind === 'checking';
  return (
    <li className={styles.entry}>
      <div className={styles.words}>
        <strong>{model.name}</strong>{' '}
        <span className={styles.quiet}>
          {formatBytes(model.bytes)}
          {model.commit !== '' && ` · ${model.commit.slice(0, 8)}`}
          {!model.complete && ' · incomplete, the download can go on'}
        </span>
        {task && (
          <p className={task.kind === 'failed' ? styles.error : styles.quiet} role="status">
            {taskWords(task)}
          </p>
        )}
      </div>
      <div className={styles.line}>
        {inUse ? (
          <span className={styles.used}>in use</span>
        ) : (
          <Button
            disabled={busy}
            aria-label={`Load ${model.name} from the cache`}
            onClick={() => {
              ask();
              void store.getState().loadModel(model.source);
            }}
          >
            {model.complete ? 'Load' : 'Go on'}
          </Button>
        )}
        {task?.kind === 'checked' && task.newer && (
          <Button
            disabled={busy}
            onClick={() => {
              ask();
              void store.getState().updateCached(model.key);
            }}
          >
            Update
          </Button>
        )}
        <Button
          variant="quiet"
          disabled={working}
          aria-label={`Verify ${model.name}`}
          onClick={() => void store.getState().verifyCached(model.key)}
        >
          Verify
        </Button>
        {model.source.kind === 'hub' && (
          <Button
            variant="quiet"
            disabled={working}
            aria-label={`Look for an update of ${model.name}`}
            onClick={() => void store.getState().checkForUpdate(model.key)}
          >
            Look for an update
          </Button>
        )}
        <Delete model={model} />
      </div>
      <LoadTrouble at={place} />
    </li>
  );
}

export function CachedModels() {
  const { model } = useStores();
  const cache = useModel(s => s.cache);
  return (
    <section className={styles.section} aria-label="Stored in this browser">
      <h3>
        Stored in this browser{' '}
        {cache.usage > 0 && <span className={styles.quiet}>{formatBytes(cache.usage)} in all</span>}
      </h3>
      <StorageRoom stored={cache.models} />
      {cache.error && <ErrorNotice error={cache.error} retry={() => void model.getState().listCache()} />}
      {cache.status === 'ready' && cache.models.length === 0 && (
        <p className={styles.quiet}>
          Nothing yet. What is downloaded is stored here and needs no network the next time.
        </p>
      )}
      {cache.status === 'loading' && cache.models.length === 0 && <p className={styles.quiet}>Looking…</p>}
      <ul className={styles.entries}>
        {cache.models.map(cached => (
          <Cached key={cached.key} model={cached} />
        ))}
      </ul>
    </section>
  );
}
