// What a look has found: which files, how many bytes, what GPU memory it needs, whether this adapter allows it, and the way to load it.
import { useState } from 'react';
import { contextBytes } from '../../lib/context-memory.ts';
import { formatBytes, formatCount, formatParameters } from '../../lib/format.ts';
import { sourceName } from '../../lib/model-source.ts';
import type { Look } from '../../stores/model/types.ts';
import { warningWords } from '../../stores/model/warnings.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { inSight } from '../../ui/controls/inSight.ts';
import { Notice } from '../../ui/controls/Notice.tsx';
import { ContextChoice, type KvFormat } from './ContextChoice.tsx';
import { FormatChoice } from './FormatChoice.tsx';
import { formatAmong, needsIn } from './formatWords.ts';
import styles from './Models.module.css';
import { useTokenPlace } from './token.ts';

interface FoundProps {
  look: Extract<Look, { status: 'ready' }>;
  /** Without loading it. */
  onLeave: () => void;
}

export function Found({ look: { result, source, format: wanted }, onLeave }: FoundProps) {
  const { model } = useStores();
  const [allowed, setAllowed] = useState(result.allowed);
  const [kv, setKv] = useState<KvFormat>('f32');
  const [format, setFormat] = useState(formatAmong(result.formats, wanted, result.format));
  const needs = needsIn(kv === 'f16' ? result.halfContext : result.context, result.formats, result.format, format);
  const dtype = result.formats.find(each => each.format === format)?.dtype ?? result.dtype;
  const token = useTokenPlace(useModel(s => s.hubHost));
  return (
    <div ref={inSight} className={styles.inspection}>
      <p>
        <strong>{sourceName(source)}</strong>: {formatParameters(result.parameters)} parameters, {dtype}, context{' '}
        {formatCount(result.context.n_ctx)}. It needs up to{' '}
        <strong>{formatBytes(needs.baseBytes + contextBytes(needs, allowed))}</strong> of GPU memory
        {result.fits ? ', and the limits of this adapter allow it.' : `. ${result.reason}`}
      </p>
      <FormatChoice formats={result.formats} value={format} onChange={setFormat} />
      <ContextChoice needs={needs} allowed={allowed} onAllowed={setAllowed} kv={kv} onKv={setKv} />
      {result.warnings.map(warning => (
        <Notice key={warning.code} tone="warn">
          {warningWords(warning)}
        </Notice>
      ))}
      <table className={styles.files}>
        <caption className="visually-hidden">Files</caption>
        <tbody>
          {result.files.map(file => (
            <tr key={file.name}>
              <th scope="row" className="mono">
                {file.name}
              </th>
              <td className="num">{formatBytes(file.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.line}>
        <Button
          variant="primary"
          icon="download"
          disabled={!result.fits}
          onClick={() => {
            model.getState().forgetInspection();
            model.getState().dismissFailure();
            void model.getState().loadModel(source, {
              ...(allowed !== result.allowed && { allowed }),
              ...(kv === 'f16' && { kv }),
              format,
            });
          }}
        >
          {result.cached ? 'Load from the cache' : `Download ${formatBytes(result.totalBytes)}`}
        </Button>
        <Button variant="quiet" onClick={onLeave}>
          Not now
        </Button>
        <span className={styles.quiet}>
          Files come from the Hub to this browser; nothing of yours is sent
          {token === null ? '' : ' but the access token'}.
        </span>
      </div>
    </div>
  );
}
