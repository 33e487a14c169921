// The models of a repository that holds several: one click loads one.
import * as v from 'valibot';
import { formatBytes } from '../../lib/format.ts';
import type { ModelSource } from '../../lib/model-source.ts';
import type { WireError } from '../../protocol/events.ts';
import { isComing } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { inSight } from '../../ui/controls/inSight.ts';
import styles from './Models.module.css';

const CHOICES = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ file: v.string(), parts: v.number(), bytes: v.number() })),
);
type Choice = v.InferOutput<typeof CHOICES>[number];

/** What an error leaves to choose from, the smallest first; null where it leaves nothing. */
export function choicesOf({ code, detail }: WireError): readonly Choice[] | null {
  const read = v.safeParse(CHOICES, detail.choices);
  return code === 'choose_file' && read.success ? read.output.sort((a, b) => a.bytes - b.bytes) : null;
}

export function Choices({ choices, source }: { choices: readonly Choice[]; source: ModelSource }) {
  const { model } = useStores();
  const busy = useModel(isComing);
  if (source.kind !== 'hub') return null;
  const load = (file: string) => {
    model.getState().forgetInspection();
    model.getState().dismissFailure();
    void model.getState().loadModel({ ...source, file });
  };
  return (
    <div ref={inSight} className={styles.inspection}>
      <p>
        <strong>{source.repo}</strong> holds {choices.length} models. The smaller its file, the further a model is from
        the one that it was made from.
      </p>
      <table className={styles.files}>
        <caption className="visually-hidden">Models of the repository</caption>
        <tbody>
          {choices.map(({ file, parts, bytes }) => (
            <tr key={file}>
              <th scope="row" className="mono">
                {file}
                {parts > 1 && <span className={styles.quiet}> and {parts - 1} more</span>}
              </th>
              <td className="num">{formatBytes(bytes)}</td>
              <td>
                <Button disabled={busy} aria-label={`Load ${file}`} onClick={() => load(file)}>
                  Load
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
