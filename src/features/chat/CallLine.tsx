// The call of a tool that waits: what is asked, a field for a person's words, or why there is no answer and what to do.
import { inLine, isolated } from '../../lib/shapeless.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { useDraft } from '../shared/drafts.ts';
import { resultSays, send } from './arrived.ts';
import styles from './Chat.module.css';
import type { OpenCall } from './types.ts';
import { useChat, useChatStore } from './useChat.ts';

function ResultField({ call: { name, argument, purpose } }: { call: OpenCall }) {
  const store = useChatStore();
  const { draft, change, arrived } = useDraft(`result of ${name} (${argument})`);
  const text = draft ?? '';
  const answer = (): void => {
    const give = () => store.getState().answerCall(text);
    void send(store, give, resultSays(store, text), () => arrived(text));
  };
  return (
    <div className={styles.plan}>
      <label className={styles.field}>
        <span>
          Result of <b>{name}</b>
          {argument !== '' && ` (${isolated(inLine(argument))})`}
          {purpose !== '' && `: ${purpose}`}
        </span>
        <textarea
          rows={2}
          value={text}
          // biome-ignore lint/a11y/noAutofocus: the reply waits for it.
          autoFocus
          onChange={event => change(event.target.value)}
        />
      </label>
      <div className={styles.buttons}>
        <Button variant="primary" onClick={answer}>
          Give this result
        </Button>
        <Button onClick={() => store.getState().dropCall()}>Not now</Button>
      </div>
    </div>
  );
}

export function CallLine() {
  const store = useChatStore();
  const call = useChat(s => s.call);
  if (call === null) return null;
  if (call.waits) return <ResultField key={call.name} call={call} />;
  if (call.words === null) return <p role="status">Fetching data from {call.name}…</p>;
  return (
    <Notice
      tone="warn"
      onDismiss={() => store.getState().dropCall()}
      action={
        call.answerable && (
          <span className={styles.buttons}>
            <Button onClick={() => store.getState().answerCallMyself()}>Give a result myself</Button>
            <Button onClick={() => void store.getState().goOn()}>Try the call again</Button>
          </span>
        )
      }
    >
      <span role="alert">{call.words}</span>
    </Notice>
  );
}
