// In the head of the page: the model in use; opens the models dialog.
import { formatBytes } from '../../lib/format.ts';
import { sourceName } from '../../lib/model-source.ts';
import type { LoadState } from '../../stores/model/types.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Icon } from '../../ui/controls/Icon.tsx';
import { hostOf } from '../shared/server.ts';
import styles from './ModelButton.module.css';
import { PHASE_WORDS, shareDone } from './phases.ts';

function words(load: LoadState, asks: boolean): { name: string; facts: string } {
  if (load.status === 'ready') {
    const { name, dtype, weightBytes, server, recorded } = load.model;
    if (recorded !== undefined) return { name: `Recorded on ${name}`, facts: 'nothing is computed here' };
    if (server !== undefined) return { name, facts: `on ${hostOf(server)}` };
    return { name, facts: `${dtype} · ${formatBytes(weightBytes)}` };
  }
  if (load.status === 'loading') {
    if (asks) return { name: sourceName(load.source), facts: 'waits for your word' };
    const share = shareDone(load.progress);
    const percent = share === null ? '' : ` ${Math.floor(share * 100)} %`;
    return { name: sourceName(load.source), facts: `${PHASE_WORDS[load.progress.phase]}${percent}` };
  }
  return { name: 'No model', facts: 'choose one' };
}

export function ModelButton() {
  const { view } = useStores();
  const load = useModel(modelItself);
  const { name, facts } = words(
    load,
    useModel(s => s.elsewhere !== null),
  );
  return (
    <button
      type="button"
      className={styles.model}
      data-ready={load.status === 'ready'}
      aria-haspopup="dialog"
      aria-label={`Model: ${name}, ${facts}`}
      onClick={() => view.getState().open('models')}
    >
      <span className={styles.name}>{name}</span>
      <span className={styles.facts}>{facts}</span>
      <Icon name="down" size={14} />
    </button>
  );
}
