// The server that is the engine: where the text goes, what it gives and what follows, its other models, and the way to let it go.
import { useId } from 'react';
import type { ServerFacts } from '../../protocol/server.ts';
import { isComing } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { hostOf, serverWords } from '../shared/server.ts';
import styles from './Models.module.css';
import { factRows } from './serverFacts.ts';

function OtherModels({ facts }: { facts: ServerFacts }) {
  const { model } = useStores();
  const busy = useModel(isComing);
  const id = useId();
  if (facts.models.length < 2) return null;
  return (
    <div className={styles.line}>
      <label htmlFor={id}>Its models</label>
      <select
        id={id}
        className={styles.input}
        disabled={busy}
        value={facts.model}
        onChange={event => void model.getState().askServer(event.target.value)}
      >
        {facts.models.map(name => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  );
}

export function ServerInUse({ facts }: { facts: ServerFacts }) {
  const { model } = useStores();
  const busy = useModel(isComing);
  return (
    <section className={styles.section} aria-label="In use">
      <h3>
        In use: {facts.model} <span className={styles.quiet}>on {hostOf(facts)}</span>
      </h3>
      <Notice tone="warn">{serverWords(facts)}</Notice>
      <OtherModels facts={facts} />
      <div className={styles.scroll}>
        <table className={styles.gives}>
          <caption className="visually-hidden">What this server gives</caption>
          <thead>
            <tr>
              <th scope="col">what</th>
              <th scope="col">this server</th>
              <th scope="col">so</th>
            </tr>
          </thead>
          <tbody>
            {factRows(facts).map(({ what, given, follows }) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <td>{given}</td>
                <td>{follows}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles.line}>
        <Button disabled={busy} onClick={() => void model.getState().askServer(facts.model)}>
          Ask again
        </Button>
        <Button disabled={busy} onClick={() => void model.getState().loadDefault()}>
          Let it go: use the model that ships with the page
        </Button>
      </div>
    </section>
  );
}
