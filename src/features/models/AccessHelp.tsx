// The way to a model that is not open: its page, where access is asked for, and the token that shows who asks.

import type { ModelSource } from '../../lib/model-source.ts';
import { sourceName } from '../../lib/model-source.ts';
import type { WireError } from '../../protocol/events.ts';
import { useModel } from '../../stores/react.ts';
import { TokenForm } from './AccessToken.tsx';
import styles from './Models.module.css';

/** Nothing for errors of other kinds. `retry` is what was asked for, with the token that is there by then. */
export function AccessHelp({ error, source, retry }: { error: WireError; source: ModelSource; retry: () => void }) {
  const host = useModel(s => s.hubHost);
  const isShut = error.code === 'unauthorized' || (error.code === 'not_found' && error.detail.status === 401);
  if (!isShut || source.kind !== 'hub') return null;
  return (
    <div className={styles.section}>
      <p>
        <a href={`${host}/${source.repo}`} target="_blank" rel="noreferrer">
          The page of {sourceName(source)} on the Hub
        </a>{' '}
        <span className={styles.quiet}>opens in a new tab; access is asked for there.</span>
      </p>
      {error.detail.status !== 403 && <TokenForm onKept={retry} />}
    </div>
  );
}
