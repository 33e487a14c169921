// The answers that stand in the text: for which command, from whom, how long it took; each can be changed, which is another branch.
import { useMemo } from 'react';
import { useDocument, useGeneration } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { useDraft } from '../shared/drafts.ts';
import { BY_WORDS } from '../shared/tools.ts';
import styles from './Commands.module.css';
import { isFormatted, type Round, roundsOf, unformatted } from './rounds.ts';
import { useCommands, useCommandsStore } from './useCommands.ts';
import { troubleWords } from './words.ts';

function RoundRow({ round, number }: { round: Round; number: number }) {
  const store = useCommandsStore();
  const protocol = useCommands(s => s.protocol);
  const known = useCommands(s => s.definitions.some(({ name }) => name === round.told.command));
  const running = useGeneration(s => isRunning(s.status));
  const { told } = round;
  const text = unformatted(round, protocol);
  const { draft, change, arrived } = useDraft(`answer at ${round.from} to ${told.command}: ${text}`);
  const { mostText: most } = protocol;
  const length = draft?.length ?? 0;
  const adopt = (): void => {
    const { command: name, purpose, by, source, path } = told;
    store.getState().define(null, { name, purpose, by, source, path, enabled: false });
  };
  return (
    <li className={styles.card}>
      <div className={styles.row}>
        <b>{told.command}</b>
        <span className={styles.words}>
          {BY_WORDS[told.by]} · {Math.round(told.ms)} ms
        </span>
      </div>
      {draft === null ? (
        <p className={styles.text} translate="no">
          {text}
        </p>
      ) : (
        <textarea
          className={styles.field}
          aria-label={`Another answer ${number}`}
          rows={3}
          value={draft}
          onChange={event => change(event.target.value)}
        />
      )}
      {length > most && <p role="alert">{troubleWords({ kind: 'too_long', length, most }, told.command)}</p>}
      <span className={styles.buttons}>
        {!isFormatted(round, protocol) ? (
          <p className={styles.words}>A turn of a chat, or of another format: change it where it stands.</p>
        ) : draft === null ? (
          <Button disabled={running} onClick={() => change(text)}>
            Change<span className="visually-hidden"> answer {number}</span>
          </Button>
        ) : (
          <>
            <Button
              disabled={running || length > most}
              onClick={() => {
                if (store.getState().rewrite(round.from, draft)) arrived(draft);
              }}
            >
              Run from this answer
            </Button>
            <Button variant="quiet" onClick={() => change(null)}>
              Leave it
            </Button>
          </>
        )}
        {!known && <Button onClick={adopt}>Add {told.command} to my commands, switched off</Button>}
      </span>
    </li>
  );
}

export function RoundList() {
  const tokens = useDocument(s => s.tokens);
  const rounds = useMemo(() => roundsOf(tokens), [tokens]);
  if (rounds.length === 0) return null;
  return (
    <section className={styles.part} aria-label="Answers in the text">
      <h2>In this text</h2>
      <ol className={styles.list}>
        {rounds.map((round, i) => (
          <RoundRow key={round.from} round={round} number={i + 1} />
        ))}
      </ol>
    </section>
  );
}
