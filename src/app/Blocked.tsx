// Where no model can run: which of the causes it is, and what to do. The text stays editable below it.
import type { ErrorCode } from '../lib/error.ts';
import type { WireError } from '../protocol/events.ts';
import { messageFor } from '../stores/messages.ts';
import type { ModelState } from '../stores/model/types.ts';
import { useModel, useStores } from '../stores/react.ts';
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

export function Blocked() {
  const { model } = useStores();
  const blocked = useModel(obstacle);
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
      {action === 'retry' && <Button onClick={() => void model.getState().retry()}>Try again</Button>}
      {action === 'reload_page' && <Button onClick={() => location.reload()}>Reload the page</Button>}
    </section>
  );
}
