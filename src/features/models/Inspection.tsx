// Before a download: a look at the model that was asked for, or the models to choose from where there are several.
import { useModel, useStores } from '../../stores/react.ts';
import { type Place, useAsked } from './asked.ts';
import { Choices, choicesOf } from './Choices.tsx';
import { LookResult } from './LookResult.tsx';

/** Shown at the place where it was asked for. */
export function Inspection({ at }: { at: Place }) {
  const { model } = useStores();
  const { here } = useAsked(at);
  const inspection = useModel(s => s.inspection);
  if (inspection.status === 'none' || !here) return null;
  const choices = inspection.status === 'failed' ? choicesOf(inspection.error) : null;
  if (choices !== null) return <Choices choices={choices} source={inspection.source} at={at} />;
  const { inspect, forgetInspection } = model.getState();
  return <LookResult look={inspection} onAgain={() => void inspect(inspection.source)} onLeave={forgetInspection} />;
}
