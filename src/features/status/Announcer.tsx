// The words of the one polite live region of the page: what began, what ended. The streaming text itself is never announced.

import { finishWords, messageFor } from '../../stores/messages.ts';
import type { LoadState } from '../../stores/model/types.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import { useGeneration, useModel } from '../../stores/react.ts';
import type { RunStatus } from '../../stores/run/generation-types.ts';

function words(status: RunStatus, load: LoadState, slow: boolean, ran: boolean): string {
  switch (status.kind) {
    case 'waiting':
      return 'Waiting for the model';
    case 'prefilling':
    case 'generating':
      return slow ? 'Still at work on the next token after 10 seconds. Escape stops the run' : 'Generating';
    case 'asking':
      return `Fetching data from ${status.command}`;
    case 'stopping':
      return 'Stopping';
    case 'finished':
      return `Finished, ${status.generated} ${status.generated === 1 ? 'token' : 'tokens'}. ${finishWords(status)}`;
    case 'failed':
      return messageFor(status.error).text;
    case 'idle':
      if (load.status === 'loading') return 'Loading the model';
      // After a run an edit brings back the quiet, not the news of the load.
      if (load.status === 'ready') return ran ? '' : `${load.model.name} is ready`;
      return load.status === 'failed' ? messageFor(load.error).text : '';
    default:
      return status satisfies never;
  }
}

export function Announcer() {
  const status = useGeneration(s => s.status);
  const load = useModel(modelItself);
  const slow = useGeneration(s => s.slow);
  const ran = useGeneration(s => s.stats.computed !== null);
  return <>{words(status, load, slow, ran)}</>;
}
