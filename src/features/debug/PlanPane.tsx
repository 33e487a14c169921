// The plan as it runs: ops with shapes and bytes, their dispatches, and the joined WGSL of every kernel in use.
import { useState } from 'react';
import { formatBytes } from '../../lib/format.ts';
import type { DebugBinding, DebugModule, DebugOp, DebugPlan } from '../../protocol/debug.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import styles from './Debug.module.css';

const ROWS = [
  { value: 'row', label: 'A decode step' },
  { value: 'long', label: 'Far into a text' },
  { value: 'tile', label: 'A step of many rows' },
] as const;

const valueText = ({ name, width }: { name: string; width: number }): string => `${name} [T, ${width}]`;
const bindingText = ({ binding, access, buffer, bytes }: DebugBinding): string =>
  `${binding}${access === 'read' ? '' : ' (written)'}: ${buffer}, ${formatBytes(bytes)}`;

function Dispatches({ op, modules }: { op: DebugOp; modules: readonly DebugModule[] }) {
  return op.dispatches.map(dispatch => (
    <details key={dispatch.bind.map(({ buffer }) => buffer).join()} className={styles.dispatch}>
      <summary>
        {modules[dispatch.module]?.kernel} {dispatch.grid.join(' x ')}
      </summary>
      <ul>
        {dispatch.bind.map(each => (
          <li key={each.binding}>{bindingText(each)}</li>
        ))}
      </ul>
    </details>
  ));
}

function Ops({ plan, modules }: { plan: DebugPlan; modules: readonly DebugModule[] }) {
  return (
    <table className={styles.table} aria-label="Ops of the plan">
      <thead>
        <tr>
          <th>op</th>
          <th>reads</th>
          <th>weight</th>
          <th>writes</th>
          <th>kernel, workgroups</th>
        </tr>
      </thead>
      <tbody>
        {plan.ops.map(op => (
          <tr key={`${op.op} ${op.writes?.name}`}>
            <th scope="row">{op.op}</th>
            <td>{op.reads.map(valueText).join(', ')}</td>
            <td>{op.weight && `${op.weight.name} [${op.weight.shape.join(', ')}], ${formatBytes(op.weight.bytes)}`}</td>
            <td>{op.writes && valueText(op.writes)}</td>
            <td>
              <Dispatches op={op} modules={modules} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function PlanPane({ plans, modules }: { plans: readonly DebugPlan[]; modules: readonly DebugModule[] }) {
  const [rows, setRows] = useState<DebugPlan['rows']>('row');
  const plan = plans.find(each => each.rows === rows);
  return (
    <section className={styles.pane}>
      <Choice
        label="Plan"
        value={rows}
        options={ROWS.filter(({ value }) => plans.some(each => each.rows === value))}
        onChange={setRows}
      />
      {plan && <Ops plan={plan} modules={modules} />}
    </section>
  );
}

export function KernelsPane({ modules }: { modules: readonly DebugModule[] }) {
  return (
    <section className={styles.pane}>
      {modules.map(({ kernel, storage, code }) => (
        <details key={code} className={styles.module}>
          <summary>
            {kernel} {storage} <span className={styles.faint}>{`${code.trimEnd().split('\n').length} lines`}</span>
          </summary>
          <pre translate="no">{code}</pre>
        </details>
      ))}
    </section>
  );
}
