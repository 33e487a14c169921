// The looks before a download: at a model, and at one of those that it turns out to be several of.
import { inspect } from '../../client/requests.ts';
import { asNucleusError, toWire } from '../../lib/error.ts';
import type { ModelSource } from '../../lib/model-source.ts';
import type { FormatChoice } from '../../lib/weight-format.ts';
import { formatKept } from './formats.ts';
import { type ModelOptions, originsNow } from './load-once.ts';
import type { Look, ModelStore, ModelStoreState } from './types.ts';

export type LookActions = Pick<ModelStoreState, 'inspect' | 'inspectChosen' | 'forgetInspection' | 'forgetChosen'>;

interface Looks {
  readonly actions: LookActions;
  /** Ends those under way. */
  stop(): void;
}

export function createLooks(options: ModelOptions, get: () => ModelStore): Looks {
  const first = looker(options, get, inspection => get().setState({ inspection }));
  const among = looker(options, get, chosen => get().setState({ chosen }));
  return {
    actions: {
      inspect: (source, format) => {
        among.forget();
        return first.look(source, format);
      },
      inspectChosen: source => among.look(source),
      forgetInspection: () => {
        among.forget();
        first.forget();
      },
      forgetChosen: among.forget,
    },
    stop: () => {
      first.stop();
      among.stop();
    },
  };
}

/** One look at a time: another one, and whoever forgets it, ends the one under way. */
function looker(options: ModelOptions, get: () => ModelStore, show: (look: Look) => void) {
  let looking: AbortController | null = null;
  const stop = (): void => looking?.abort();
  const look = async (source: ModelSource, format?: FormatChoice): Promise<void> => {
    stop();
    const abort = new AbortController();
    looking = abort;
    show({ status: 'loading', source });
    try {
      const result = await inspect(options.client, source, originsNow(options), abort.signal);
      if (looking !== abort) return;
      show({ status: 'ready', source, result, format: format ?? formatKept(get().getState(), source) });
    } catch (thrown) {
      if (looking !== abort) return;
      const error = asNucleusError(thrown);
      show(error.code === 'cancelled' ? { status: 'none' } : { status: 'failed', source, error: toWire(error) });
    }
  };
  const forget = (): void => {
    stop();
    looking = null;
    show({ status: 'none' });
  };
  return { look, stop, forget };
}
