// All numbers of the picture, a row a part.
import { formatBits, formatLogit, formatProbability } from '../../lib/format.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './FlowView.module.css';
import { type HeadFacts, lensAt, type PartFacts, type Station } from './facts.ts';
import { stationName, type Told } from './words.ts';

function Value({ value, format }: { value: number | null | undefined; format: (value: number) => string }) {
  return value === null || value === undefined || Number.isNaN(value) ? (
    <td className="num">–</td>
  ) : (
    <td className="num" title={String(value)}>
      {format(value)}
    </td>
  );
}

interface RowFacts {
  readonly part: PartFacts | null;
  readonly stream: number | null;
  readonly strongest: HeadFacts | null;
}

function rowOf(station: Station, { facts }: Told): RowFacts {
  const none = { part: null, strongest: null };
  if (station.kind === 'embedding') return { ...none, stream: facts.embedded.norm };
  if (station.kind === 'norm') return { ...none, stream: facts.final };
  if (station.kind !== 'mix' && station.kind !== 'mlp') return { ...none, stream: null };
  const layer = facts.layers[station.layer];
  const part = layer?.[station.kind] ?? null;
  return { part, stream: part?.stream ?? null, strongest: station.kind === 'mix' ? (layer?.strongest ?? null) : null };
}

function Row({ station, told, current }: { station: Station; told: Told; current: boolean }) {
  const { part, stream, strongest } = rowOf(station, told);
  const { tokenizer, ids, lens, facts, model } = told;
  const top = lensAt(station, facts.layers.length, lens);
  const read = strongest && ids[strongest.look.at];
  return (
    <tr aria-current={current || undefined}>
      <th scope="row">{stationName(station, model)}</th>
      <Value value={part?.norm} format={formatLogit} />
      <Value value={part?.toward} format={value => value.toFixed(2)} />
      <Value value={stream} format={formatLogit} />
      <td title={strongest ? String(strongest.look.weight) : undefined}>
        {strongest && read !== undefined && read !== null ? (
          <>
            {strongest.look.head}: <TokenText {...faceOf(tokenizer, read)} /> {formatProbability(strongest.look.weight)}
          </>
        ) : (
          '–'
        )}
      </td>
      <Value value={strongest?.entropy} format={formatBits} />
      <td title={top ? String(Math.exp(top.logprob)) : undefined}>
        {top ? (
          <>
            <TokenText {...faceOf(tokenizer, top.id)} /> {formatProbability(Math.exp(top.logprob))}
          </>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}

export function FlowTable({ told, stations, at }: { told: Told; stations: readonly Station[]; at: number }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls is reached by keys.
    <section className={styles.tablePane} tabIndex={0} aria-label="The model in numbers" data-sideways>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">part</th>
            <th scope="col">adds</th>
            <th scope="col">cosine to the end</th>
            <th scope="col">stream behind it</th>
            <th scope="col">strongest head</th>
            <th scope="col">its entropy</th>
            <th scope="col">would say</th>
          </tr>
        </thead>
        <tbody>
          {stations.map((station, i) => (
            <Row key={stationName(station, told.model)} station={station} told={told} current={i === at} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
