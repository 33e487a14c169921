// Small parts that the steps share: a number with its exact value, the table beside a picture, a token, the ways to other views.
import { type ReactNode, useState } from 'react';
import { useStores } from '../../stores/react.ts';
import type { FollowStep } from '../../stores/view.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { TableToggle } from '../../ui/plot/TableToggle.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './Step.module.css';
import { STEP_WORDS } from './steps.ts';

/** A button that may have nothing to do for a while: it keeps the focus then, as a disabled one would not. */
export function SoftButton({
  off,
  onClick,
  ...rest
}: Parameters<typeof Button>[0] & { off: boolean; onClick: () => void }) {
  return (
    <Button
      {...rest}
      className={styles.soft}
      aria-disabled={off || undefined}
      onClick={() => {
        if (!off) onClick();
      }}
    />
  );
}

/** A number in words; the exact one is behind it, for mouse, finger and keys. */
export function Exact({ value, children }: { value: number; children: ReactNode }) {
  return (
    <span className="num" title={String(value)}>
      <Explain meaning={`Exactly ${value}.`}>{children}</Explain>
    </span>
  );
}

/** The numbers of a picture as a table, one click away. */
export function TableBeside({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.beside}>
      <div className={styles.besideFoot}>
        {aside}
        <TableToggle open={open} onChange={setOpen} />
      </div>
      {open && <div className={styles.scroll}>{children}</div>}
    </div>
  );
}

export function Token({ id, tokenizer }: { id: number; tokenizer: Tokenizer | null }) {
  if (tokenizer === null) return <span className="num">id {id}</span>;
  return <TokenText {...faceOf(tokenizer, id)} />;
}

/** The ways from a step to the views that show all of it. */
export function StepLinks({ step }: { step: FollowStep }) {
  const { view } = useStores();
  return (
    <div className={styles.links}>
      {STEP_WORDS[step].links.map(({ side, panel, label }) => (
        <Button
          key={label}
          onClick={() => {
            if (panel) view.getState().setPanel(panel);
            view.getState().setSide(side);
          }}
        >
          {label} →
        </Button>
      ))}
    </div>
  );
}
