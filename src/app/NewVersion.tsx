// A newer version of the page waits: said once, taken when the person says so, never in the middle of a run.

import { useGeneration, useStores, useVersion } from '../stores/react.ts';
import { isRunning } from '../stores/run/generation-types.ts';
import { Button } from '../ui/controls/Button.tsx';
import { Notice } from '../ui/controls/Notice.tsx';

export function NewVersion() {
  const { version } = useStores();
  const offered = useVersion(({ waiting, later }) => waiting && !later);
  const running = useGeneration(({ status }) => isRunning(status));
  if (!offered) return null;
  return (
    <Notice
      tone="hint"
      action={
        <Button disabled={running} onClick={() => version.getState().take()}>
          Use it now
        </Button>
      }
      onDismiss={() => version.setState({ later: true })}
    >
      A newer version of Nucleus is here.{' '}
      {running ? 'It can be used once the run is over' : 'The page opens again with it'}, and your text stays; else it
      comes with your next visit.
    </Notice>
  );
}
