// The question of a load where another tab holds a large model: take it over, or have both.
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';

export function Elsewhere() {
  const { model } = useStores();
  const elsewhere = useModel(s => s.elsewhere);
  if (elsewhere === null) return null;
  const { others, taking, takeOver, loadHere } = elsewhere;
  const one = others.length === 1;
  return (
    <div role="status">
      <Notice
        tone="warn"
        action={
          <>
            {!taking && <Button onClick={takeOver}>Take over</Button>}
            <Button onClick={loadHere}>Load here too</Button>
            <Button onClick={() => model.getState().cancelLoad()}>Cancel</Button>
          </>
        }
      >
        {taking
          ? `Waiting for the other ${one ? 'tab' : 'tabs'} to let go. Load here too if that does not come.`
          : `${where(elsewhere)}. Take over, and it is let go there; or load here too, which takes the memory of both.`}
      </Notice>
    </div>
  );
}

function where({ others, model, title }: { others: readonly string[]; model: string | null; title: string }): string {
  const more = others.length - 1;
  const beside = more === 0 ? '' : `, and ${more} more ${more === 1 ? 'tab holds' : 'tabs hold'} one`;
  if (model === null) return `A large model is loaded in another tab${beside}`;
  return `${model} is loaded in another tab, “${title}”${beside}`;
}
