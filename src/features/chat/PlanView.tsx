// What would be done to the ids so that the conversation fits, before it is done.
import type { CSSProperties } from 'react';
import { formatCount } from '../../lib/format.ts';
import { Button } from '../../ui/controls/Button.tsx';
import styles from './Chat.module.css';
import type { Plan } from './types.ts';
import { useBusy, useChat, useChatStore } from './useChat.ts';

function PlanWords({ plan }: { plan: Plan }) {
  const { tokens, room, after, reused, parts } = plan;
  const count = (value: number) => <span className="num">{formatCount(value)}</span>;
  const why = (
    <>
      The conversation has {count(tokens)} tokens, and there is room for {count(room)} before the reply.
    </>
  );
  if (plan.strategy === 'stop') return <p>{why} Nothing was sent.</p>;
  if (after === null) return <p>{why} This way it cannot be made to fit.</p>;
  return (
    <>
      <p>{why}</p>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(part => (
          <span
            key={part.what}
            data-part={part.kept ? 'turns' : 'gone'}
            style={{ '--share': part.tokens / Math.max(1, tokens) } as CSSProperties}
          />
        ))}
      </div>
      <ol className={styles.parts}>
        {parts.map(part => (
          <li key={part.what} data-kept={part.kept}>
            {part.kept ? 'stay' : 'go'}: {count(part.tokens)} {part.what}
          </li>
        ))}
      </ol>
      <p>
        {plan.strategy === 'summary' && plan.summary === null ? 'Without the summary' : 'Then'} the text has{' '}
        {count(after)} tokens. The first {count(reused)} stay where they are and can be re-used from the cache;{' '}
        {count(after - reused)} are computed.
      </p>
    </>
  );
}

export function PlanView() {
  const store = useChatStore();
  const plan = useChat(s => s.plan);
  const busy = useBusy();
  if (plan === null) return null;
  const summary = plan.strategy === 'summary' && plan.after !== null;
  const ready = plan.after !== null && plan.strategy !== 'stop' && (!summary || plan.summary !== null);
  return (
    <section className={styles.plan} aria-label="The context is full">
      <PlanWords plan={plan} />
      {summary && plan.summary !== null && (
        <label className={styles.field}>
          Summary of the turns that go
          <textarea rows={4} value={plan.summary} onChange={event => store.getState().setSummary(event.target.value)} />
        </label>
      )}
      <div className={styles.buttons}>
        {summary && (
          <Button disabled={busy} onClick={() => void store.getState().summarise()}>
            {plan.summary === null ? 'Write the summary' : 'Write it again'}
          </Button>
        )}
        {ready && (
          <Button variant="primary" disabled={busy} onClick={() => void store.getState().sendPlanned()}>
            Use this plan
          </Button>
        )}
        <Button onClick={() => store.getState().dropPlan()}>Not now</Button>
      </div>
    </section>
  );
}
