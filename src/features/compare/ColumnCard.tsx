// One column: its name and set-up, its text as tokens with the first difference marked, and what can be done with it.
import { memo, useId, useState } from 'react';
import { formatLogit } from '../../lib/format.ts';
import { labelOf } from '../../stores/document/branches.ts';
import { isHere } from '../../stores/model/under-way.ts';
import { useDocument, useGeneration, useModel } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import pane from '../shared/Pane.module.css';
import { ColumnSetupFields } from './ColumnSetupFields.tsx';
import { ColumnText } from './ColumnText.tsx';
import styles from './Compare.module.css';
import { meanLogprob } from './measures.ts';
import type { Column, ColumnResult } from './types.ts';
import { useCompare, useCompareStore } from './useCompare.ts';
import { setupWords, statusWords } from './words.ts';

interface ColumnCardProps {
  column: Column;
  /** From 1, as they stand. */
  number: number;
  isReference: boolean;
  /** Of the reference, once it has a result. */
  reference: ColumnResult | null;
  /** The first token that differs. */
  parts: number | null;
  place: number | null;
  /** It is the only one, and stays. */
  only: boolean;
}

function Acts({ column, number }: { column: Column; number: number }) {
  const store = useCompareStore();
  const working = useCompare(s => s.working !== 'no');
  const ready = useModel(isHere);
  const running = useGeneration(s => isRunning(s.status));
  const fingerprint = useDocument(s => s.tokenizer?.fingerprint);
  const { result, setup } = column;
  const has = (result?.tokens.length ?? 0) > 0 && !working;
  const name = <span className="visually-hidden"> column {number}</span>;
  return (
    <div className={styles.acts}>
      <Button icon="run" disabled={!ready || working || running} onClick={() => void store.getState().run([column.id])}>
        Run{name}
      </Button>
      {setup.branch === null && (
        <Button
          disabled={!has || result?.tokenizer.fingerprint !== fingerprint}
          onClick={() => store.getState().toBranch(column.id)}
        >
          As a branch<span className="visually-hidden">, column {number}</span>
        </Button>
      )}
      <Button disabled={!has} onClick={() => void store.getState().toDocument(column.id)}>
        New document<span className="visually-hidden"> from column {number}</span>
      </Button>
    </div>
  );
}

function Head({
  column,
  number,
  isReference,
  only,
}: Pick<ColumnCardProps, 'column' | 'number' | 'isReference' | 'only'>) {
  const store = useCompareStore();
  const working = useCompare(s => s.working !== 'no');
  const group = useId();
  return (
    <header className={styles.head}>
      <h2>Column {number}</h2>
      <label className={styles.check}>
        <input
          type="radio"
          name={group}
          checked={isReference}
          onChange={() => store.getState().setReference(column.id)}
          aria-label={`Measure against column ${number}`}
        />
        reference
      </label>
      <span className={styles.icons}>
        <IconButton
          icon="plus"
          label={`Duplicate column ${number}`}
          onClick={() => store.getState().duplicate(column.id)}
        />
        <IconButton
          icon="close"
          label={`Remove column ${number}`}
          disabled={only || working}
          onClick={() => store.getState().remove(column.id)}
        />
      </span>
    </header>
  );
}

export const ColumnCard = memo(function ColumnCard(props: ColumnCardProps) {
  const { column, number, isReference, reference, parts, place, only } = props;
  const store = useCompareStore();
  const [open, setOpen] = useState(false);
  const branches = useDocument(s => s.branches);
  const branch = branches.find(({ id }) => id === column.setup.branch);
  const { result, error } = column;
  const mean = result === null ? null : meanLogprob(result);
  return (
    <article className={cx(pane.card, styles.card, isReference && styles.reference)} aria-label={`Column ${number}`}>
      <Head {...{ column, number, isReference, only }} />
      <button type="button" className={styles.setup} aria-expanded={open} onClick={() => setOpen(!open)}>
        {setupWords(column.setup, branch === undefined ? 'a branch that is gone' : labelOf(branch))}
      </button>
      {open && <ColumnSetupFields column={column} number={number} />}
      {error && <ErrorNotice error={error} retry={() => void store.getState().run([column.id])} />}
      {result && (
        <ColumnText
          result={result}
          reference={isReference ? null : reference}
          {...{ parts, place, number }}
          onLook={at => void store.getState().look(at)}
        />
      )}
      <p className={styles.facts}>
        {statusWords(column)}
        {result && `, ${result.model.name}`}
        {mean !== null && (
          <>
            , <span title={String(mean)}>{formatLogit(mean)} nats a token</span>
          </>
        )}
      </p>
      <Acts column={column} number={number} />
    </article>
  );
});
