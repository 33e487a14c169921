// The pinned tokens at the selected place: how likely the model held each of them here.
import { formatProbability } from '../../lib/format.ts';
import { usePins, useStores } from '../../stores/react.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { LineSwatch } from '../../ui/plot/LineSwatch.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import type { Inspected } from './inspected.ts';
import styles from './PinnedHere.module.css';

/** From the candidates that are here, else from the rows of the pins; NaN where neither knows. */
function probabilityOf(
  id: number,
  { ranked, token, position, stale }: Inspected,
  logits: ReadonlyMap<number, Float32Array>,
): number {
  // What is stale is of another place.
  if (!stale && ranked && ranked.rankOf(id) > 0) return ranked.before(id);
  const logit = logits.get(id)?.[position - 1];
  return logit === undefined || !token?.stats ? Number.NaN : Math.exp(logit - token.stats.logZ);
}

export function PinnedHere({ inspected }: { inspected: Inspected }) {
  const { view } = useStores();
  const pins = usePins(s => s.pins);
  const logits = usePins(s => s.logits);
  const { tokenizer, position } = inspected;
  if (!tokenizer || pins.length === 0 || position === 0) return null;
  return (
    <div className={styles.pinned}>
      <Explain meaning="Tokens you pinned, with their probability at this place before sampling. The Text view draws them over all places.">
        pinned
      </Explain>
      <ul aria-label="Pinned tokens here, before sampling">
        {pins.map(({ id, look }) => {
          const p = probabilityOf(id, inspected, logits);
          return (
            <li key={id} data-pin={id}>
              <button
                type="button"
                title="Show the pinned tokens over the whole text"
                onClick={() => view.getState().setSide('text')}
              >
                <LineSwatch look={look} />
                <TokenText {...faceOf(tokenizer, id)} />
                <span className="num" title={Number.isNaN(p) ? undefined : String(p)}>
                  {formatProbability(p)}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
