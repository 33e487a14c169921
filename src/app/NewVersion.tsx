// A newer version of the page waits: said once, taken when the person says so, never while a model draws or is on its way.

import { useSyncExternalStore } from 'react';
import { isComing } from '../stores/model/under-way.ts';
import { useGeneration, useModel, useStores, useVersion } from '../stores/react.ts';
import { isRunning } from '../stores/run/generation-types.ts';
import { Button } from '../ui/controls/Button.tsx';
import { Notice } from '../ui/controls/Notice.tsx';

/** What the page would take along if it opened again now; null: nothing. */
function useUnderWay(): 'run' | 'load' | null {
  const { scheduler } = useStores().work;
  const run = useGeneration(({ status }) => isRunning(status));
  const load = useModel(isComing);
  // Several answers, a search and columns are no runs of the text, and are drawn as runs are.
  const draws = (): boolean => scheduler.has('run');
  const drawing = useSyncExternalStore(told => scheduler.watch(told), draws, draws);
  if (run || drawing) return 'run';
  return load ? 'load' : null;
}

const WHEN = {
  run: 'It can be used once the run is over',
  load: 'It can be used once the model is loaded',
} as const;

export function NewVersion() {
  const { version } = useStores();
  const offered = useVersion(({ waiting, later }) => waiting && !later);
  const underWay = useUnderWay();
  if (!offered) return null;
  return (
    <Notice
      tone="hint"
      action={
        <Button disabled={underWay !== null} onClick={() => version.getState().take()}>
          Use it now
        </Button>
      }
      onDismiss={() => version.setState({ later: true })}
    >
      A newer version of Nucleus is here. {underWay === null ? 'The page opens again with it' : WHEN[underWay]}, and
      your text stays; else it comes with your next visit.
    </Notice>
  );
}
