// Where commands may fetch from: the person's own list, which no file and no link brings along.
import { useState } from 'react';
import { Button } from '../../ui/controls/Button.tsx';
import { Chip } from '../../ui/controls/Chip.tsx';
import { allowedOf } from './addresses.ts';
import styles from './Commands.module.css';
import { useCommands, useCommandsStore } from './useCommands.ts';
import { addressWords } from './words.ts';

export function AllowedList() {
  const store = useCommandsStore();
  const allowed = useCommands(s => s.allowed);
  const [typed, setTyped] = useState('');
  const [near, setNear] = useState(false);
  const [fault, setFault] = useState('');
  const add = (): void => {
    const read = allowedOf(typed, near);
    setFault(read.ok ? '' : addressWords(read.why, typed));
    if (!read.ok) return;
    store.getState().allow(read.value);
    setTyped('');
    setNear(false);
  };
  return (
    <section className={styles.part} aria-label="Allowed addresses">
      <h2>Allowed addresses</h2>
      <p className={styles.words}>
        Commands may fetch what begins with one of these: same host, same port, a path that goes on from here.
      </p>
      <div className={styles.buttons}>
        {allowed.map(({ prefix, near: own }) => (
          <Chip key={prefix} removeLabel={`Forbid ${prefix}`} onRemove={() => store.getState().forbid(prefix)}>
            {prefix}
            {own && ' (own network)'}
          </Chip>
        ))}
      </div>
      <label className={styles.line}>
        Allow what begins with
        <input
          className={styles.field}
          value={typed}
          spellCheck={false}
          inputMode="url"
          placeholder="https://api.example.org/v1/"
          onChange={event => setTyped(event.target.value)}
        />
      </label>
      <label className={styles.check}>
        <input type="checkbox" checked={near} onChange={event => setNear(event.target.checked)} />
        It is in my own network or on this machine
      </label>
      {fault !== '' && <p role="alert">{fault}</p>}
      <span>
        <Button onClick={add}>Allow address</Button>
      </span>
    </section>
  );
}
