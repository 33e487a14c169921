// The selected position as a table: what each layer would say there, and what it holds of the asked token.
import { formatBits, formatCount, formatProbability } from '../../lib/format.ts';
import { useDocument } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './Lens.module.css';
import { layerLabel } from './lensWords.ts';
import type { LensCell } from './types.ts';
import { useLens, useLensStore } from './useLens.ts';

const KL =
  'Kullback-Leibler divergence: how many bits a token would cost more, on average, if this layer’s distribution stood in for the model’s own. 0 in the last row.';

interface RowProps {
  layer: number;
  layers: number;
  cell: LensCell | null;
  marked: boolean;
  tokenizer: Tokenizer;
  onAsk: (id: number) => void;
}

function Row({ layer, layers, cell, marked, tokenizer, onAsk }: RowProps) {
  const share = (logprob: number | null) => ({
    title: logprob === null ? undefined : String(Math.exp(logprob)),
    children: logprob === null ? '–' : formatProbability(Math.exp(logprob)),
  });
  return (
    <tr aria-current={marked || undefined}>
      <th scope="row">{layerLabel(layer, layers)}</th>
      {cell === null ? (
        <td colSpan={5} className={styles.missing}>
          not computed
        </td>
      ) : (
        <>
          <td>
            <button
              type="button"
              className={styles.follow}
              title={`Ask for this token (id ${cell.topId})`}
              onClick={() => onAsk(cell.topId)}
            >
              <TokenText {...faceOf(tokenizer, cell.topId)} />
            </button>
          </td>
          <td className="num" {...share(cell.topLogprob)} />
          <td className="num" {...share(cell.logprob)} />
          <td className="num">{cell.rank === null ? '–' : formatCount(cell.rank)}</td>
          <td className="num" title={`${cell.divergence / Math.LN2} bits`}>
            {formatBits(cell.divergence)}
          </td>
        </>
      )}
    </tr>
  );
}

export function PositionTable({ tokenizer }: { tokenizer: Tokenizer }) {
  const lens = useLensStore();
  const { ids, layers, column, layer, asked } = useLens(s => s);
  const first = useDocument(s => s.selected === 0 || s.tokens.length === 0);
  if (column === null) {
    return (
      <p className={styles.words}>
        {first
          ? 'Nothing predicts the selected place. Select a later token to see its layers.'
          : 'The selected place is beyond the context. Select an earlier token to see its layers.'}
      </p>
    );
  }
  const [read, stands] = [ids[column], ids[column + 1]];
  return (
    <div className={styles.position}>
      <h2>
        Position {column + 1}
        {read !== undefined && (
          <>
            , after <TokenText {...faceOf(tokenizer, read)} />
          </>
        )}
        {stands !== undefined ? (
          <>
            , where <TokenText {...faceOf(tokenizer, stands)} /> stands
          </>
        ) : (
          ', what comes next'
        )}
      </h2>
      <div className={styles.tablePane}>
        <table className={styles.table}>
          <caption className="visually-hidden">
            What each layer would say at position {column + 1}, before sampling
          </caption>
          <thead>
            <tr>
              <th scope="col">layer</th>
              <th scope="col">likeliest</th>
              <th scope="col">probability</th>
              <th scope="col">{asked === null ? 'asked' : <TokenText {...faceOf(tokenizer, asked)} />}</th>
              <th scope="col">its rank</th>
              <th scope="col">
                <Explain meaning={KL}>KL</Explain>
              </th>
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: layers }, (_, i) => (
              <Row
                // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its number.
                key={i}
                layer={i}
                layers={layers}
                cell={lens.getState().cell(i, column)}
                marked={i === layer}
                tokenizer={tokenizer}
                onAsk={id => lens.getState().ask(id)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.words}>
        Probabilities are before sampling. Choose a token of this table to ask for it in every layer.
      </p>
    </div>
  );
}
