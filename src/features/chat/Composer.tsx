// Where the next turn is written: Enter sends it, Shift and Enter begin a line, Esc stops the reply.
import type { KeyboardEvent } from 'react';
import { isHere } from '../../stores/model/under-way.ts';
import { useGeneration, useModel } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { isPressed } from '../../ui/controls/chord.ts';
import styles from './Chat.module.css';
import { MESSAGE_KEYS } from './keys.ts';
import { useBusy, useChat, useChatStore } from './useChat.ts';

export function Composer() {
  const store = useChatStore();
  const draft = useChat(s => s.draft);
  const busy = useBusy();
  const stopping = useGeneration(s => s.status.kind === 'stopping');
  const running = useGeneration(s => isRunning(s.status));
  const ending = useChat(s => s.status === 'summarising' || s.status === 'asking');
  const ready = useModel(isHere);
  const send = () => void store.getState().send();
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that an input method takes is not ours; Safari tells of it by the old code alone.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (isPressed(event, MESSAGE_KEYS.stop) && busy) {
      event.stopPropagation();
      store.getState().stop();
    }
    if (!isPressed(event, MESSAGE_KEYS.send)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!busy) send();
  };
  return (
    <form
      className={styles.composer}
      onSubmit={event => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        aria-label="Message"
        placeholder="Write a message"
        rows={Math.min(8, Math.max(2, draft.split('\n').length))}
        value={draft}
        onChange={event => store.getState().setDraft(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {running || ending ? (
        <Button variant="primary" icon="stop" disabled={stopping} onClick={() => store.getState().stop()}>
          Stop the reply
        </Button>
      ) : (
        <Button variant="primary" icon="run" disabled={!ready || busy || draft.trim() === ''} onClick={send}>
          Send
        </Button>
      )}
    </form>
  );
}
