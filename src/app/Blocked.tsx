// Where no model can run: which of the causes it is, and what to do. The text stays editable below it.
import type { ErrorCode } from '../lib/error.ts';
import type { LoadedModel, WireError } from '../protocol/events.ts';
import type { DocumentToken } from '../stores/document/types.ts';
import { messageFor } from '../stores/messages.ts';
import type { ModelState } from '../stores/model/types.ts';
import { isComing } from '../stores/model/under-way.ts';
import { useDocument, useModel, useStores } from '../stores/react.ts';
import { Button } from '../ui/controls/Button.tsx';
import styles from './Blocked.module.css';

const TITLES: Partial<Record<ErrorCode, string>> = {
  no_webgpu: 'This browser has no WebGPU',
  insecure_context: 'WebGPU needs a secure address',
  no_adapter: 'No graphics adapter was found',
  device_failed: 'The graphics adapter did not start',
};

/** Errors of a load that no other model would change: the browser or its adapter. The worker may lack what the page has. */
const OBSTACLES: readonly ErrorCode[] = ['no_webgpu', 'insecure_context', 'no_adapter'];

/** What stands in the way of every model. */
function obstacle({ blocked, load }: ModelState): WireError | null {
  if (blocked) return blocked;
  return load.status === 'failed' && OBSTACLES.includes(load.error.code) ? load.error : null;
}

/** The recording that a person has opened; one that stands in for a model on its way is told of beside its load. */
const recordedModel = ({ load, coming }: ModelState): LoadedModel | null =>
  load.status === 'ready' && load.model.recorded && coming === null ? load.model : null;

/** Comes with the click: hardly anybody with a GPU has it. */
const recordings = () => import('../features/models/openRecorded.ts');

/** In the place of the reason, once the recorded run is open. */
function Recorded({ model: { name, recorded } }: { model: LoadedModel }) {
  const stores = useStores();
  const { model } = stores;
  const blocked = useModel(s => s.blocked);
  const here = useDocument(s => startsAlike(s.tokens, recorded?.ids ?? []));
  return (
    <section className={styles.blocked} aria-label="A recorded run">
      <h2>Recorded on {name}; nothing is computed here</h2>
      <p>
        Every view shows what the engine said of this text when it was recorded, and the sampling settings reshape the
        recorded distributions. Another text, or a run, needs a GPU.
      </p>
      {blocked && <p className={styles.where}>{messageFor(blocked).text}</p>}
      {!here && (
        <Button onClick={() => void recordings().then(({ showRecorded }) => showRecorded(stores))}>
          Open the recorded text
        </Button>
      )}
      {blocked === null && (
        <Button onClick={() => void model.getState().loadDefault()}>Look for a graphics adapter again</Button>
      )}
    </section>
  );
}

/** The text is the recorded one, or a part or a continuation of it. */
function startsAlike(tokens: readonly DocumentToken[], ids: readonly number[]): boolean {
  return tokens.length > 0 && tokens.every(({ id }, i) => i >= ids.length || ids[i] === id);
}

export function Blocked() {
  const stores = useStores();
  const { model } = stores;
  const blocked = useModel(obstacle);
  const recorded = useModel(recordedModel);
  const loading = useModel(isComing);
  if (recorded) return <Recorded model={recorded} />;
  if (!blocked) return null;
  const { text, action } = messageFor(blocked);
  return (
    <section className={styles.blocked} role="alert">
      <h2>{TITLES[blocked.code] ?? 'No model can run here'}</h2>
      <p>{text}</p>
      {(blocked.code === 'no_webgpu' || blocked.code === 'no_adapter') && (
        <p className={styles.where}>
          WebGPU is in Chrome and Edge 113 and later (Android 121, Linux 144), in Safari 26, and in Firefox 141 on
          Windows and 145 on Macs with Apple silicon.
        </p>
      )}
      <p>A run of the model that ships was recorded: all views can look at it without a GPU.</p>
      <Button
        variant="primary"
        disabled={loading}
        onClick={() => void recordings().then(({ openRecorded }) => openRecorded(stores))}
      >
        Look at a recorded run
      </Button>
      {action === 'retry' && <Button onClick={() => void model.getState().retry()}>Try again</Button>}
      {action === 'reload_page' && <Button onClick={() => location.reload()}>Reload the page</Button>}
    </section>
  );
}
