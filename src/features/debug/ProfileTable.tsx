// Every kernel of a measured step: how often, how long, what it moves and computes, and how near that is to the most.
import { useState } from 'react';
import { formatByteRate, formatBytes, formatCount, formatNumber, formatProbability } from '../../lib/format.ts';
import type { Profile } from '../../protocol/debug.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import styles from './Profile.module.css';
import { formatMs, type Grouping, type ProfileRow, rowsOf } from './profileFigures.ts';

const GROUPINGS = [
  { value: 'kernel', label: 'By kernel' },
  { value: 'place', label: 'By place in a layer' },
] as const satisfies readonly { value: Grouping; label: string }[];

function Row({ row, most }: { row: ProfileRow; most: number }) {
  const { name, count, ms, share, bytes, bandwidth, flops, ofBandwidth, ofFlops } = row;
  return (
    <tr>
      <th scope="row" translate="no">
        {name}
      </th>
      <td>{formatCount(count)}</td>
      <td title={`${ms} ms`}>{formatMs(ms)}</td>
      <td className={styles.share} style={{ backgroundSize: `${most > 0 ? (100 * ms) / most : 0}% 100%` }}>
        {formatProbability(share)}
      </td>
      <td>{formatBytes(bytes)}</td>
      <td>{formatByteRate(bandwidth)}</td>
      <td>{formatProbability(ofBandwidth)}</td>
      <td>{formatNumber(flops / 1e9)}</td>
      <td>{formatProbability(ofFlops)}</td>
    </tr>
  );
}

export function ProfileTable({ profile }: { profile: Profile }) {
  const [grouping, setGrouping] = useState<Grouping>('kernel');
  const rows = rowsOf(profile, grouping);
  return (
    <>
      <div>
        <Choice label="Rows" value={grouping} options={GROUPINGS} onChange={setGrouping} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <section className={styles.scroll} aria-label="Table of kernels" tabIndex={0}>
        <table className={styles.table} aria-label="Kernels of the step">
          <thead>
            <tr>
              <th scope="col">{grouping === 'kernel' ? 'kernel' : 'place'}</th>
              <th scope="col">count</th>
              <th scope="col">time</th>
              <th scope="col">share</th>
              <th scope="col">moves</th>
              <th scope="col">memory</th>
              <th scope="col">of the most</th>
              <th scope="col">GFLOP/s</th>
              <th scope="col">of the most</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(row => (
              <Row key={row.name} row={row} most={rows[0]?.ms ?? 0} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
