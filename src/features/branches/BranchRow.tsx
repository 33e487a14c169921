// One branch: its name is the button that switches to it, and is changed in place.
import { useEffect, useRef, useState } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import { labelOf, MOST_NAME } from '../../stores/document/branches.ts';
import type { Branch } from '../../stores/document/types.ts';
import { useStores } from '../../stores/react.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { ageWords } from '../shared/age.ts';
import { focusBack } from '../shared/focusBack.ts';
import styles from './BranchList.module.css';
import type { BranchNumbers } from './branchTree.ts';

interface BranchRowProps {
  branch: Branch;
  numbers: BranchNumbers;
  active: boolean;
  /** There is no other. */
  only: boolean;
  renaming: boolean;
  onRename: (open: boolean) => void;
  /** Milliseconds since 1970. */
  now: number;
}

function Name({ branch, onDone }: { branch: Branch; onDone: () => void }) {
  const { document } = useStores();
  const [draft, setDraft] = useState(branch.name);
  const field = useRef<HTMLInputElement>(null);
  const dropped = useRef(false);
  useEffect(() => field.current?.select(), []);
  const commit = () => {
    if (!dropped.current) document.getState().renameBranch(branch.id, draft);
    onDone();
  };
  return (
    <input
      ref={field}
      className={styles.field}
      aria-label={`Name of ${labelOf(branch)}`}
      placeholder={`Branch ${branch.id}`}
      maxLength={MOST_NAME}
      autoComplete="off"
      value={draft}
      onChange={event => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={event => {
        if ((event.key !== 'Enter' && event.key !== 'Escape') || event.nativeEvent.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        dropped.current = event.key === 'Escape';
        event.currentTarget.blur();
      }}
    />
  );
}

/** @param counts whether any token that the number is of has a prediction */
function NumberCell({ value, label, counts }: { value: number | null; label: string; counts: boolean }) {
  const missing = counts ? 'not known: the numbers come when the branch is visited' : 'no token to count';
  return (
    <td className="num" data-label={label} title={value === null ? missing : String(value)}>
      {value === null ? '–' : formatLogit(value)}
    </td>
  );
}

/** The first token has no prediction, so nothing counts in a text of one. */
const anyCounts = ({ tokens }: BranchNumbers): boolean => tokens > 1;
const anyOwnCounts = ({ tokens, own }: BranchNumbers): boolean => own > 0 && tokens > 1;

/** The exact numbers in words, for those who reach the row by keys. */
function exactWords(numbers: BranchNumbers): string {
  const word = (name: string, value: number | null, counts: boolean) =>
    counts ? [`${name} ${value === null ? 'not known yet' : value}`] : [];
  return [
    `${numbers.tokens} ${numbers.tokens === 1 ? 'token' : 'tokens'}`,
    ...word('log-probability', numbers.logprob, anyCounts(numbers)),
    ...word('of its own part', numbers.ownLogprob, anyOwnCounts(numbers)),
    ...word('per token', numbers.perToken, anyCounts(numbers)),
  ].join(', ');
}

export function BranchRow({ branch, numbers, active, only, renaming, onRename, now }: BranchRowProps) {
  const { document } = useStores();
  const label = labelOf(branch);
  const opener = useRef<HTMLButtonElement>(null);
  const done = () => {
    onRename(false);
    focusBack(() => opener.current);
  };
  return (
    <tr aria-current={active || undefined} className={styles.row}>
      <th scope="row">
        {renaming ? (
          <Name branch={branch} onDone={done} />
        ) : (
          <button
            ref={opener}
            type="button"
            className={styles.switch}
            aria-label={active ? `${label}, active` : `Switch to ${label}`}
            aria-description={exactWords(numbers)}
            title={`${label}\n${exactWords(numbers)}`}
            onClick={() => document.getState().switchBranch(branch.id)}
          >
            {label}
          </button>
        )}
        <span className={styles.facts}>
          {formatCount(numbers.tokens)} {numbers.tokens === 1 ? 'token' : 'tokens'}
          {!only && `, ${formatCount(numbers.own)} own`} ·{' '}
          <time dateTime={new Date(branch.began).toISOString()} title={new Date(branch.began).toLocaleString()}>
            {ageWords(now - branch.began)}
          </time>
        </span>
      </th>
      <NumberCell value={numbers.logprob} label="log-prob" counts={anyCounts(numbers)} />
      <NumberCell value={only ? null : numbers.ownLogprob} label="own part" counts={!only && anyOwnCounts(numbers)} />
      <NumberCell value={numbers.perToken} label="per token" counts={anyCounts(numbers)} />
      <td className={styles.buttons}>
        <IconButton icon="rename" label={`Rename ${label}`} onClick={() => onRename(true)} />
        <IconButton
          icon="close"
          label={`Delete ${label}`}
          disabled={only}
          onClick={() => document.getState().removeBranch(branch.id)}
        />
      </td>
    </tr>
  );
}
