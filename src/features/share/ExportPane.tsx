// The text as a file or on the clipboard: JSON to replay it, CSV for a table, or the plain text.
import { useMemo, useState } from 'react';
import { formatBytes, formatCount } from '../../lib/format.ts';
import { useDocument, useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { CopyButton } from '../shared/CopyButton.tsx';
import { drawersOf, drawnByWords } from '../shared/drawnBy.ts';
import { download } from '../shared/saving.ts';
import { writeRunCsv } from './runCsv.ts';
import { writeRunJson } from './runJson.ts';
import styles from './Share.module.css';
import { type RunToShare, runToShare } from './sharedRun.ts';

type Format = 'json' | 'legacy' | 'csv' | 'text';

const FORMATS = [
  { value: 'json', label: 'JSON' },
  { value: 'legacy', label: 'JSON, legacy' },
  { value: 'csv', label: 'CSV' },
  { value: 'text', label: 'Plain text' },
] as const satisfies readonly { value: Format; label: string }[];

const ABOUT: Readonly<Record<Format, string>> = {
  json: 'Everything, as a chat completion of the OpenAI API: tokens with log-probabilities and bytes. Ids, settings, seed and random number of each draw, models and adapter stand beside it under the name nucleus. Can be opened here again and replayed.',
  legacy:
    'Everything, as a legacy completion of the OpenAI API: tokens, token_logprobs, top_logprobs and text_offset. The rest stands beside it under the name nucleus. Can be opened here again and replayed.',
  csv: 'A row a token, for a spreadsheet or a data frame. Text that a spreadsheet would take for a formula gets an apostrophe in front.',
  text: 'The text alone.',
};

const FILES: Readonly<Record<Format, readonly [string, string]>> = {
  json: ['json', 'application/json'],
  legacy: ['json', 'application/json'],
  csv: ['csv', 'text/csv;charset=utf-8'],
  text: ['txt', 'text/plain;charset=utf-8'],
};

/** Without this mark spreadsheets take a CSV file for one of an old alphabet, and accents break. */
const BYTE_ORDER_MARK = '\ufeff';

/** Lines shown, and characters of each. */
const MOST_LINES = 14;
const MOST_WIDTH = 400;

function written(format: Format, run: RunToShare, bytesOf: (id: number) => Uint8Array): string {
  const now = Math.floor(Date.now() / 1000);
  if (format === 'json') return writeRunJson(run, 'chat.completion', bytesOf, now);
  if (format === 'legacy') return writeRunJson(run, 'text_completion', bytesOf, now);
  return format === 'csv' ? writeRunCsv(run) : run.text;
}

function preview(text: string): string {
  const lines = text.split('\n', MOST_LINES + 1);
  const shown = lines
    .slice(0, MOST_LINES)
    .map(line => (line.length > MOST_WIDTH ? `${line.slice(0, MOST_WIDTH)}…` : line));
  return [...shown, ...(lines.length > MOST_LINES ? ['…'] : [])].join('\n');
}

export function ExportPane() {
  const stores = useStores();
  const [format, setFormat] = useState<Format>('json');
  const tokens = useDocument(s => s.tokens);
  const tokenizer = useDocument(s => s.tokenizer);
  const load = useModel(s => s.load);
  const text = useMemo(() => {
    const run = load.status === 'ready' && tokens.length > 0 ? runToShare(stores) : null;
    return run === null || tokenizer === null ? null : written(format, run, id => tokenizer.bytes(id));
  }, [stores, format, tokens, tokenizer, load]);
  const drawnBy = useMemo(
    () => (load.status === 'ready' ? drawnByWords(drawersOf(tokens), load.model) : null),
    [tokens, load],
  );
  if (text === null) {
    return (
      <div className={styles.pane}>
        <p className={styles.quiet}>Once a model is there and a text, it can be taken along here as a file.</p>
      </div>
    );
  }
  const without = tokens.slice(1).filter(token => token.stats === undefined).length;
  const [ending, type] = FILES[format];
  return (
    <div className={styles.pane}>
      <Choice label="Format" value={format} options={FORMATS} onChange={setFormat} />
      <p>{ABOUT[format]}</p>
      {format !== 'text' && (
        <p className={styles.quiet}>
          Log-probabilities are natural logarithms, before sampling; the probability after sampling stands with each
          draw.
          {without > 0 && ` ${formatCount(without)} of ${formatCount(tokens.length)} tokens have no numbers yet.`}
        </p>
      )}
      {drawnBy !== null && <p className={styles.quiet}>This text was {drawnBy}.</p>}
      <textarea className={styles.preview} aria-label="Beginning of the file" readOnly rows={9} value={preview(text)} />
      <div className={styles.line}>
        <Button
          variant="primary"
          icon="download"
          onClick={() => download(`nucleus-run.${ending}`, type, format === 'csv' ? BYTE_ORDER_MARK + text : text)}
        >
          Download {formatBytes(new Blob([text]).size)}
        </Button>
        <CopyButton text={() => text}>Copy</CopyButton>
      </div>
    </div>
  );
}
