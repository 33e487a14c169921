// Seven numbered steps in a row: one is shown, arrow keys go to its neighbours.
import { type KeyboardEvent, useRef } from 'react';
import { useStores, useView } from '../../stores/react.ts';
import { FOLLOW_STEPS, type FollowStep } from '../../stores/view.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { SoftButton } from './Parts.tsx';
import styles from './Stepper.module.css';
import { STEP_WORDS } from './steps.ts';

/** The index a key leads to; null for other keys. */
function stepOfKey(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return Math.min(count - 1, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

export function Stepper() {
  const { view } = useStores();
  const step = useView(s => s.followStep);
  const list = useRef<HTMLOListElement>(null);
  const walk = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = stepOfKey(event.key, FOLLOW_STEPS.indexOf(step), FOLLOW_STEPS.length);
    const to = next === null ? undefined : FOLLOW_STEPS[next];
    if (to === undefined) return;
    event.preventDefault();
    view.getState().setFollowStep(to);
    list.current?.querySelector<HTMLElement>(`[data-step="${to}"]`)?.focus();
  };
  return (
    <ol ref={list} className={styles.steps} aria-label="Steps">
      {FOLLOW_STEPS.map((each, i) => (
        <li key={each}>
          <button
            type="button"
            className={styles.step}
            data-step={each}
            data-done={i < FOLLOW_STEPS.indexOf(step)}
            aria-current={each === step ? 'step' : undefined}
            aria-label={`${i + 1} ${STEP_WORDS[each].title}`}
            tabIndex={each === step ? 0 : -1}
            onClick={() => view.getState().setFollowStep(each)}
            onKeyDown={walk}
          >
            <span className={styles.number}>{i + 1}</span>
            <span className={styles.name}>{STEP_WORDS[each].short}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Back and forth, at the foot of the view. */
export function StepNavigation() {
  const { view } = useStores();
  const step = useView(s => s.followStep);
  const at = FOLLOW_STEPS.indexOf(step);
  const [before, after]: (FollowStep | undefined)[] = [FOLLOW_STEPS[at - 1], FOLLOW_STEPS[at + 1]];
  const go = (to: FollowStep | undefined) => to && view.getState().setFollowStep(to);
  return (
    <nav className={styles.foot} aria-label="Previous and next step">
      <SoftButton variant="quiet" off={!before} onClick={() => go(before)}>
        ← {before ? STEP_WORDS[before].short : 'Back'}
      </SoftButton>
      <span className={styles.at}>
        {at + 1} of {FOLLOW_STEPS.length}
      </span>
      {after ? (
        <Button variant="primary" onClick={() => go(after)}>
          {STEP_WORDS[after].short} →
        </Button>
      ) : (
        <Button onClick={() => go(FOLLOW_STEPS[0])}>Tokenise ↺</Button>
      )}
    </nav>
  );
}
