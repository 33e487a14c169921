// The view "Chat": a conversation over the text beside it. What is sent stands there as the tokens that the model gets, special ones as chips.
import { useEffect, useRef } from 'react';
import { useDocument } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { useDraft } from '../shared/drafts.ts';
import { send, summarySays } from './arrived.ts';
import { CallLine } from './CallLine.tsx';
import styles from './Chat.module.css';
import { Composer } from './Composer.tsx';
import { Meter, StrategyChoice } from './Meter.tsx';
import { PlanView } from './PlanView.tsx';
import { SetupPane } from './SetupPane.tsx';
import turnStyles from './Turns.module.css';
import { TurnView } from './TurnView.tsx';
import type { Trouble } from './types.ts';
import { useBranchTurns, useBusy, useChat, useChatStore, useTurns } from './useChat.ts';

function troubleWords(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'refused':
      return `The template refuses this conversation: ${trouble.words}`;
    case 'failed':
      return `The template cannot be used: ${trouble.words}`;
    case 'slow':
      return 'The template did not end within a second, so it was stopped. Nothing was sent.';
    case 'text':
      return trouble.words;
    default:
      return trouble satisfies never;
  }
}

function TroubleNotice() {
  const store = useChatStore();
  const trouble = useChat(s => s.trouble);
  if (trouble === null) return null;
  return (
    <Notice tone="bad" onDismiss={() => store.getState().dismiss()}>
      {troubleWords(trouble)}
    </Notice>
  );
}

function Empty() {
  const text = useDocument(s => s.text !== '');
  const known = useChat(s => s.prompts.length > 0);
  return (
    <p className={styles.empty}>
      {text
        ? known
          ? 'The text beside is not one of this chat’s prompts: Undo or a branch brings those back. What you send begins a new conversation on a branch of its own.'
          : 'The text beside is no conversation. What you send begins one on a branch of its own, and your text stays.'
        : 'Write a message below. It becomes text with the roles and special tokens that the model knows, and stands beside, token by token, for every view to look at.'}
    </p>
  );
}

/** What stands in the place of the oldest turns, to be changed. */
function SummaryNote({ summary }: { summary: string }) {
  const store = useChatStore();
  const busy = useBusy();
  const { draft, change, arrived } = useDraft(`summary ${summary}`);
  const text = draft ?? summary;
  const put = (): void => {
    const write = () => store.getState().editSummary(text);
    void send(store, write, summarySays(text), () => arrived(text));
  };
  return (
    <div className={styles.note}>
      <label className={styles.field}>
        Summary in place of the oldest turns
        <textarea rows={3} value={text} onChange={event => change(event.target.value)} />
      </label>
      {text !== summary && (
        <Button disabled={busy} onClick={put}>
          Write it into the text
        </Button>
      )}
    </div>
  );
}

/** px from the end of the turns that count as looking at it. */
const NEAR_END = 120;

function Transcript() {
  const turns = useTurns();
  const summary = useChat(s => s.shown?.prompt.summary ?? '');
  const end = useRef<HTMLDivElement>(null);
  const lists = useBranchTurns();
  const count = turns.length;
  const length = turns.at(-1)?.content.length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every turn more is shown.
  useEffect(() => {
    // Newer browsers give a promise, which is no end of an effect.
    void end.current?.scrollIntoView({ block: 'nearest' });
  }, [count]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a reply that grows is followed by those who look at its end.
  useEffect(() => {
    const pane = end.current?.closest('[data-pane]');
    if (pane && pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_END) pane.scrollTop = pane.scrollHeight;
  }, [length]);
  return (
    <div className={styles.transcript}>
      {count === 0 && <Empty />}
      {summary !== '' && <SummaryNote key={summary} summary={summary} />}
      <ol className={turnStyles.turns} aria-label="Turns">
        {turns.map((turn, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a turn is its place.
          <TurnView key={i} turn={turn} index={i} last={i === count - 1} lists={lists} />
        ))}
      </ol>
      <div ref={end} />
    </div>
  );
}

const FACES = [
  { value: 'markdown', label: 'Markdown' },
  { value: 'text', label: 'As text' },
] as const;

export function Chat() {
  const store = useChatStore();
  const markdown = useChat(s => s.markdown);
  const some = useChat(s => s.shown !== null);
  const busy = useBusy();
  // What the next message would cost can wait, and its room is the turns'.
  const asked = useChat(s => s.call !== null && (s.call.waits || s.call.words !== null));
  return (
    <section className={styles.view} aria-label="Chat">
      <div className={styles.top}>
        <Choice
          label="Replies"
          value={markdown ? 'markdown' : 'text'}
          options={FACES}
          onChange={value => store.getState().setMarkdown(value === 'markdown')}
        />
        <Button disabled={busy || !some} onClick={() => store.getState().begin()}>
          New chat
        </Button>
      </div>
      <div className={styles.pane} data-pane>
        <SetupPane />
        <Transcript />
      </div>
      <div className={styles.foot}>
        <TroubleNotice />
        <CallLine />
        <PlanView />
        {!asked && (
          <>
            <Meter />
            <StrategyChoice />
          </>
        )}
        <Composer />
      </div>
    </section>
  );
}
