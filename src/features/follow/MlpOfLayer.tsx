// Inside one layer's MLP at the followed position: what its activation reads and makes; where it is gated, the gate, what it lets through, the product.
import { useMemo, useState } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { ACTIVATION_NAMES } from '../shared/modelWords.ts';
import { innerVectors } from './mlp.ts';
import step from './Step.module.css';
import { VectorStrip } from './VectorStrip.tsx';

export function MlpOfLayer({ trace, model }: { trace: EventOf<'traced'>; model: LoadedModel }) {
  const { layers } = model.anatomy;
  const [chosen, setChosen] = useState(0);
  const layer = Math.min(chosen, layers.length - 1);
  const vectors = useMemo(() => innerVectors(trace, layers, layer), [trace, layers, layer]);
  const own = layers[layer];
  if (!own) return null;
  const activation = ACTIVATION_NAMES[own.activation];
  const at = (i: number, c: number) => formatLogit(vectors[i]?.values[c] ?? 0);
  return (
    <>
      <h3>Inside the MLP</h3>
      <div className={step.row}>
        <label className={step.row}>
          Layer
          <select value={layer} onChange={event => setChosen(Number(event.target.value))}>
            {layers.map((_, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its number.
              <option key={i} value={i}>
                {i}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p data-testid="follow-mlp">
        {own.gated
          ? `Two matrices make ${formatCount(own.inner)} numbers each, the gate and what it lets through (up); ${activation} of the gate times up is the product, which a third matrix brings back to ${formatCount(model.dims.n_embd)}.`
          : `A matrix makes ${formatCount(own.inner)} numbers, ${activation} bends each of them, and a second matrix brings them back to ${formatCount(model.dims.n_embd)}.`}
      </p>
      <VectorStrip
        label={own.gated ? 'Gate, up and product in the MLP' : 'Before and after the activation in the MLP'}
        vectors={vectors}
        scale="own"
        reading={c =>
          own.gated
            ? `${activation} of ${at(0, c)}, times ${at(1, c)}, = ${at(2, c)}`
            : `${activation} of ${at(0, c)} = ${at(1, c)}`
        }
      />
    </>
  );
}
