// How full the context is: what system prompt and turns take, the room that a reply has, and what is done when it is full.
import type { CSSProperties } from 'react';
import { formatCount } from '../../lib/format.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import styles from './Chat.module.css';
import type { Strategy } from './types.ts';
import { useBudget, useChat, useChatStore } from './useChat.ts';

const STRATEGY_WORDS: readonly { readonly value: Strategy; readonly label: string; readonly title: string }[] = [
  { value: 'stop', label: 'Stop', title: 'Nothing is sent: you decide what goes' },
  { value: 'drop', label: 'Drop oldest', title: 'The oldest turns go, the system prompt stays' },
  { value: 'window', label: 'Window', title: 'The first tokens and the last ones stay, what lies between goes' },
  {
    value: 'summary',
    label: 'Summarise',
    title: 'The model writes a summary of the oldest turns, which you can change',
  },
];

export function Meter() {
  const { allowed, system, turns, draft, reply } = useBudget();
  if (allowed === 0) return null;
  const parts = [
    { key: 'system', tokens: system, words: 'system' },
    { key: 'turns', tokens: turns, words: 'turns' },
    { key: 'draft', tokens: draft, words: 'message' },
    { key: 'reply', tokens: reply, words: 'reply room' },
  ].filter(({ tokens }) => tokens > 0);
  const used = parts.reduce((sum, { tokens }) => sum + tokens, 0);
  const whole = Math.max(allowed, used);
  return (
    <div className={styles.meter}>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ key, tokens }) => (
          <span key={key} data-part={key} style={{ '--share': tokens / whole } as CSSProperties} />
        ))}
      </div>
      <p className={styles.meterWords} data-full={used > allowed}>
        {parts.map(({ key, tokens, words }) => (
          <span key={key} data-part={key}>
            <span className="num">{formatCount(tokens)}</span> {words}
          </span>
        ))}
        <span>
          {used > allowed ? (
            <>
              <span className="num">{formatCount(used - allowed)}</span> too many for{' '}
            </>
          ) : (
            <>
              <span className="num">{formatCount(allowed - used)}</span> free of{' '}
            </>
          )}
          <span className="num">{formatCount(allowed)}</span>
        </span>
      </p>
    </div>
  );
}

export function StrategyChoice() {
  const store = useChatStore();
  const strategy = useChat(s => s.setup.strategy);
  const first = useChat(s => s.setup.first);
  return (
    <div className={styles.strategy}>
      <Explain meaning="The model sees as many tokens as its context holds. What does not fit has to go before a reply can be drawn; here you see which ids, before it happens.">
        When it is full
      </Explain>
      <Choice
        label="When the context is full"
        value={strategy}
        options={STRATEGY_WORDS}
        onChange={value => store.getState().change({ strategy: value })}
      />
      {strategy === 'window' && (
        <span className={styles.first}>
          first tokens
          <NumberField
            label="First tokens that stay"
            value={first}
            min={0}
            max={100_000}
            step={1}
            onChange={value => store.getState().change({ first: Math.round(value) })}
          />
        </span>
      )}
    </div>
  );
}
