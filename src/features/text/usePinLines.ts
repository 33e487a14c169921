// The lines of the pinned tokens over the text as it stands.
import { useMemo } from 'react';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useDocument, usePins, useRows, useStores } from '../../stores/react.ts';
import type { Pin } from '../../stores/run/pins-types.ts';
import { pinLine } from './series.ts';

export interface PinnedLine {
  readonly pin: Pin;
  /** Probability before sampling at each position and after the last one. */
  readonly values: Float64Array;
}

export function usePinLines(tokens: readonly DocumentToken[]): readonly PinnedLine[] {
  const { rows } = useStores();
  const pins = usePins(s => s.pins);
  const logits = usePins(s => s.logits);
  const revision = useRows(s => s.revision);
  const whole = useDocument(s => s.tokens.length);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that another row is here.
  return useMemo(() => {
    const next = whole === tokens.length && pins.length > 0 ? rows.getState().rowAt('end') : null;
    return pins.map(pin => ({ pin, values: pinLine(pin.id, tokens, logits.get(pin.id), next) }));
  }, [rows, pins, logits, tokens, whole, revision]);
}
