// Any model of the Hub by its name.
import { type FormEvent, useState } from 'react';
import { asNucleusError } from '../../lib/error.ts';
import type { WireError } from '../../protocol/events.ts';
import { messageFor } from '../../stores/messages.ts';
import { parseModelName } from '../../stores/model/model-name.ts';
import { isComing } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { inSight } from '../../ui/controls/inSight.ts';
import { useAsked } from './asked.ts';
import { Inspection } from './Inspection.tsx';
import { LoadTrouble } from './LoadTrouble.tsx';
import styles from './Models.module.css';

export function NamedModel() {
  const { model } = useStores();
  const busy = useModel(isComing);
  const [name, setName] = useState('');
  const [error, setError] = useState<WireError | null>(null);
  const { here, ask } = useAsked('name');
  /** What was found, or what was wrong, was about the name before. */
  const forget = () => {
    setError(null);
    if (here) model.getState().forgetInspection();
  };
  const look = (event: FormEvent) => {
    event.preventDefault();
    ask();
    model.getState().forgetInspection();
    model.getState().dismissFailure();
    try {
      setError(null);
      void model.getState().inspect(parseModelName(name));
    } catch (thrown) {
      const { code, message, detail } = asNucleusError(thrown);
      setError({ code, message, detail });
    }
  };
  return (
    <section className={styles.section} aria-label="By name">
      <h3>By name</h3>
      <form className={styles.line} onSubmit={look}>
        <input
          className={styles.input}
          aria-label="Model name on the Hub"
          aria-invalid={error !== null}
          placeholder="owner/name, owner/name@revision or an address"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={name}
          onChange={event => {
            setName(event.target.value);
            forget();
          }}
        />
        <Button disabled={busy || name.trim() === ''} onClick={look}>
          Look at it
        </Button>
      </form>
      {error && (
        <p ref={inSight} className={styles.error} role="alert">
          {messageFor(error).text}
        </p>
      )}
      <Inspection at="name" />
      <LoadTrouble at="name" />
    </section>
  );
}
