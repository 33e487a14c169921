// The lower edge: what computes, how full the context is, how fast it went, what the cache saved.
import { formatCount, formatDuration, formatTokenRate } from '../../lib/format.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { useDocument, useGeneration, useModel } from '../../stores/react.ts';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { hostOf, serverWords } from '../shared/server.ts';
import { adapterName, KERNEL_WORDS } from './adapter.ts';
import styles from './StatusLine.module.css';

function wordsOf({ name, dtype, server, recorded }: LoadedModel, coming: boolean): string {
  if (server) return name;
  if (recorded && coming) return `recorded on ${name}`;
  return recorded ? `recorded on ${name}, nothing is computed` : `${name} · ${dtype}`;
}

export function StatusLine() {
  const load = useModel(s => s.load);
  const coming = useModel(s => s.coming !== null);
  const known = useModel(s => s.adapter);
  const used = useDocument(s => s.tokens.length);
  const counting = useDocument(s => s.pending !== null);
  const allowed = useModel(tokensAllowed);
  const stats = useGeneration(s => s.stats);
  const model = load.status === 'ready' ? load.model : null;
  const server = model?.server;
  const recorded = model?.recorded !== undefined;
  const adapter = model?.adapter ?? known;
  return (
    <dl className={styles.status} aria-label="Status">
      {server && (
        <div className={styles.leaves}>
          <dt>
            <Explain meaning={serverWords(server)}>text goes to</Explain>
          </dt>
          <dd className="mono">{hostOf(server)}</dd>
        </div>
      )}
      <div className={styles.wide}>
        <dt className="visually-hidden">Model</dt>
        <dd>{model ? wordsOf(model, coming) : 'no model loaded'}</dd>
      </div>
      {adapter && !server && !recorded && (
        <div>
          <dt className="visually-hidden">Adapter</dt>
          <dd>
            <Explain meaning={KERNEL_WORDS[adapter.kernels]}>
              {adapterName(adapter)}
              {adapter.software && ' (software)'} · WebGPU
            </Explain>
          </dd>
        </div>
      )}
      {model && (
        <div>
          <dt>context</dt>
          <dd className={cx('num', used > allowed && styles.over)}>
            {counting && 'counting, '}
            {formatCount(used)} / {formatCount(allowed)}
            {allowed < model.dims.n_ctx && ` of ${formatCount(model.dims.n_ctx)}`}
            {used > allowed && `, ${formatCount(used - allowed)} too many`}
          </dd>
        </div>
      )}
      {stats.tokensPerSecond !== null && (
        <div>
          <dt className="visually-hidden">Speed</dt>
          <dd className="num">{formatTokenRate(stats.tokensPerSecond)}</dd>
        </div>
      )}
      {stats.firstTokenMs !== null && (
        <div>
          <dt>first token</dt>
          <dd className="num">{formatDuration(stats.firstTokenMs)}</dd>
        </div>
      )}
      {stats.computed !== null && (
        <div className={styles.wide}>
          <dt>
            <Explain meaning="Tokens of the unchanged beginning keep their keys and values in the cache; only the others are computed.">
              cache
            </Explain>
          </dt>
          <dd className="num">
            {formatCount(stats.reused ?? 0)} re-used, {formatCount(stats.computed)} computed
          </dd>
        </div>
      )}
    </dl>
  );
}
