// What the text asks for, under it: a field where a person answers, or why there is no answer and what to do.
import { type FormEvent, useId } from 'react';
import { inLine, isolated } from '../../lib/shapeless.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { useDraft } from '../shared/drafts.ts';
import styles from './Commands.module.css';
import type { Question } from './types.ts';
import { useCommands, useCommandsStore } from './useCommands.ts';
import { troubleWords } from './words.ts';

function AnswerField({ question }: { question: Question }) {
  const store = useCommandsStore();
  const { command, argument, purpose, trouble } = question;
  const { draft, change, arrived } = useDraft(`answer to ${command} (${argument})`);
  const text = draft ?? '';
  const id = useId();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (store.getState().reply(text)) arrived(text);
  };
  return (
    <form className={styles.question} onSubmit={send}>
      <label htmlFor={id}>
        Answer to <b>{command}</b>
        {argument !== '' && ` (${isolated(inLine(argument))})`}
        {purpose !== '' && `: ${purpose}`}
      </label>
      <input
        id={id}
        className={styles.field}
        value={text}
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: the run waits for it.
        autoFocus
        onChange={event => change(event.target.value)}
      />
      <span className={styles.buttons}>
        <button type="submit" className={styles.send}>
          Answer
        </button>
        <Button variant="quiet" onClick={() => store.getState().dismiss()}>
          Not now
        </Button>
      </span>
      {trouble && <p role="alert">{troubleWords(trouble, command)}</p>}
    </form>
  );
}

export function QuestionLine() {
  const store = useCommandsStore();
  const question = useCommands(s => s.question);
  if (question === null) return null;
  if (question.waits) return <AnswerField key={question.command} question={question} />;
  if (question.trouble === null) return null;
  return (
    <Notice
      tone="warn"
      onDismiss={() => store.getState().dismiss()}
      action={
        <span className={styles.buttons}>
          <Button onClick={() => store.getState().answerMyself()}>Answer it myself</Button>
          <Button onClick={() => void store.getState().retry()}>Try again</Button>
        </span>
      }
    >
      <span role="alert">{troubleWords(question.trouble, question.command)}</span>
    </Notice>
  );
}
