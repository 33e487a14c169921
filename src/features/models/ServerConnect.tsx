// A server as the engine: its address and key, and what the browser may keep of them, which is nothing.
import { type FormEvent, useState } from 'react';
import { isComing } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { inSight } from '../../ui/controls/inSight.ts';
import { useAsked } from './asked.ts';
import { LoadTrouble } from './LoadTrouble.tsx';
import styles from './Models.module.css';
import { readAddress } from './serverFacts.ts';

export function ServerConnect() {
  const { model } = useStores();
  const busy = useModel(isComing);
  const [typed, setTyped] = useState('');
  const [key, setKey] = useState('');
  const [wrong, setWrong] = useState(false);
  const { ask } = useAsked('server');
  const connect = (event: FormEvent) => {
    event.preventDefault();
    const address = readAddress(typed);
    setWrong(address === null);
    if (address === null || busy) return;
    ask();
    const given = key.trim();
    setKey('');
    void model.getState().loadModel({ kind: 'server', address, model: '' }, given === '' ? {} : { key: given });
  };
  return (
    <section className={styles.section} aria-label="Connect to a server">
      <h3>Connect to a server</h3>
      <p className={styles.quiet}>
        vLLM, SGLang, llama.cpp’s server, or another that speaks OpenAI’s completions with log-probabilities. Your text
        then goes to that address. The key stays in this tab’s memory: it is not kept, exported or put into a link.
      </p>
      <form className={styles.line} onSubmit={connect}>
        <input
          className={styles.input}
          type="text"
          inputMode="url"
          aria-label="Address of the server"
          aria-invalid={wrong}
          placeholder="localhost:8080 or https://…"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={typed}
          onChange={event => {
            setTyped(event.target.value);
            setWrong(false);
          }}
        />
        <input
          className={styles.input}
          type="password"
          aria-label="Key of the server, if it asks for one"
          placeholder="key, if it asks for one"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={key}
          onChange={event => setKey(event.target.value)}
        />
        <Button disabled={busy || typed.trim() === ''} onClick={connect}>
          Connect
        </Button>
      </form>
      {wrong && (
        <p ref={inSight} className={styles.error} role="alert">
          That is no address of a server. Write its host and port, such as localhost:8080, or paste its https address.
        </p>
      )}
      <LoadTrouble at="server" />
    </section>
  );
}
