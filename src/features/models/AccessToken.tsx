// The access token for gated and private models: given, used, forgotten.
import { type FormEvent, useId, useState } from 'react';
import { useModel } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import styles from './Models.module.css';
import { forgetToken, isToken, keepToken, takesTokens, useTokenPlace } from './token.ts';

const bare = (host: string) => host.replace(/^https?:\/\//, '');

/** The field alone; `onKept` is called once a token is there. */
export function TokenForm({ onKept }: { onKept?: () => void }) {
  const host = useModel(s => s.hubHost);
  const place = useTokenPlace(host);
  const [token, setToken] = useState('');
  const [keep, setKeep] = useState(false);
  const id = useId();
  const typed = token.trim();
  const wrong = typed !== '' && !isToken(typed);
  const use = (event: FormEvent) => {
    event.preventDefault();
    if (!isToken(typed)) return;
    keepToken(host, typed, keep ? 'browser' : 'tab');
    setToken('');
    onKept?.();
  };
  if (!takesTokens(host))
    return <p className={styles.quiet}>Tokens go to the Hub alone, and this page is set to {bare(host)}.</p>;
  return (
    <>
      {place !== null && (
        <div className={styles.line}>
          <span>
            {place === 'tab' ? 'A token is kept for this tab alone.' : 'A token is kept in this browser.'} It goes to{' '}
            {bare(host)} and nowhere else.
          </span>
          <Button variant="quiet" onClick={forgetToken}>
            Forget the token
          </Button>
        </div>
      )}
      <form className={styles.line} onSubmit={use}>
        <input
          className={styles.input}
          type="password"
          aria-label="Access token"
          aria-invalid={wrong}
          placeholder={place === null ? 'hf_…' : 'another one: hf_…'}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={token}
          onChange={event => setToken(event.target.value)}
        />
        <Button disabled={typed === '' || wrong} onClick={use}>
          Use this token
        </Button>
        <label className={styles.check} htmlFor={id}>
          <input id={id} type="checkbox" checked={keep} onChange={event => setKeep(event.target.checked)} />
          keep it in this browser
        </label>
      </form>
      {wrong && <p className={styles.error}>A token is one word, such as hf_ and letters behind it.</p>}
    </>
  );
}

export function AccessToken() {
  const host = useModel(s => s.hubHost);
  return (
    <section className={styles.section} aria-label="Gated and private models">
      <h3>Gated and private models</h3>
      <p className={styles.quiet}>
        They ask for an access token of your account ({bare(host)}, Settings, Access Tokens; reading is enough). It
        stays in this tab unless you ask for more, goes to the Hub alone, and only where a model is not open.
      </p>
      <TokenForm />
    </section>
  );
}
