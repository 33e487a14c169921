// The branches as a table, the most recent first: names, lengths, log-probabilities; switch, rename, delete.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Branch } from '../../stores/document/types.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import styles from './BranchList.module.css';
import { BranchRow } from './BranchRow.tsx';
import { type BranchNumbers, branchNumbers } from './branchTree.ts';
import type { ShownTree } from './useTree.ts';

const AGE_MS = 30_000;

/** The time, looked at again every half minute. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), AGE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export interface ListedBranch {
  readonly branch: Branch;
  readonly numbers: BranchNumbers;
}

export function BranchList({ shown: { branches, tree, active } }: { shown: ShownTree }) {
  const now = useNow();
  const [renaming, setRenaming] = useState<number | null>(null);
  const rows = useMemo(
    () => branches.toReversed().map((branch): ListedBranch => ({ branch, numbers: branchNumbers(branch, tree) })),
    [branches, tree],
  );
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another active branch comes into sight.
  useEffect(() => {
    const row = list.current?.querySelector('[aria-current="true"]')?.getBoundingClientRect();
    const pane = list.current?.getBoundingClientRect();
    const head = list.current?.querySelector('thead')?.offsetHeight ?? 0;
    if (!list.current || !row || !pane) return;
    if (row.top < pane.top + head) list.current.scrollTop += row.top - pane.top - head;
    else if (row.bottom > pane.bottom) list.current.scrollTop += row.bottom - pane.bottom;
  }, [active]);
  return (
    <div ref={list} className={styles.list}>
      <table className={styles.table}>
        <caption className="visually-hidden">Branches, the most recent first</caption>
        <thead>
          <tr>
            <th scope="col">branch</th>
            <th scope="col">
              <Explain meaning="The logarithms of the probabilities of all its tokens before sampling, added up; nats. The first token has none. Nearer to 0 is likelier.">
                log-prob
              </Explain>
            </th>
            <th scope="col">
              <Explain meaning="The same for the tokens that are its own alone, from where it parts from the other branches.">
                own part
              </Explain>
            </th>
            <th scope="col">
              <Explain meaning="The mean log-probability of a token: comparable between branches of different lengths.">
                per token
              </Explain>
            </th>
            <th scope="col">
              <span className="visually-hidden">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ branch, numbers }) => (
            <BranchRow
              key={branch.id}
              branch={branch}
              numbers={numbers}
              active={branch.id === active}
              only={rows.length === 1}
              renaming={renaming === branch.id}
              onRename={open => setRenaming(open ? branch.id : null)}
              now={now}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
