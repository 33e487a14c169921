// How the weights of a model are stored on the GPU, what each way takes and what it means: one control before a load and for the model in use.
import { formatBytes } from '../../lib/format.ts';
import type { FormatChoice as Format, FormatNeeds } from '../../lib/weight-format.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { accuracyWords, nameOfFormat, unfitWords } from './formatWords.ts';
import styles from './Models.module.css';

interface FormatChoiceProps {
  formats: readonly FormatNeeds[];
  value: Format;
  onChange: (format: Format) => void;
}

/** Nothing where there is nothing to choose from and nothing to tell. */
export function FormatChoice({ formats, value, onChange }: FormatChoiceProps) {
  const fitting = formats.filter(({ reason }) => reason === '');
  const chosen = formats.find(({ format }) => format === value);
  if (formats.length < 2 || chosen === undefined) return null;
  const options = fitting.map(needs => ({
    value: needs.format,
    label: `${nameOfFormat(needs)} · ${formatBytes(needs.weightBytes)}`,
  }));
  const unfit = unfitWords(formats, chosen);
  return (
    <div className={styles.context}>
      <div className={styles.line}>
        <span>Weights</span>
        <Choice label="Weights" value={value} options={options} onChange={onChange} />
      </div>
      <p className={styles.quiet}>{accuracyWords(chosen)}</p>
      {unfit !== '' && <p className={styles.quiet}>{unfit}</p>}
    </div>
  );
}
