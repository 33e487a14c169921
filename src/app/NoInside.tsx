// In place of a view of the inside while a server computes.
import { useStores } from '../stores/react.ts';
import { Button } from '../ui/controls/Button.tsx';
import { Notice } from '../ui/controls/Notice.tsx';

export function NoInside() {
  const { view } = useStores();
  return (
    <Notice tone="hint" action={<Button onClick={() => view.getState().open('models')}>Choose a model</Button>}>
      This view reads the inside of the model: its layers, heads and vectors. A server gives probabilities and keeps the
      rest to itself, so there is nothing to show here. Load a model into the page to look inside.
    </Notice>
  );
}
