// One turn: who says what, what it cost, and what can be done with it.
import { type KeyboardEvent, useMemo } from 'react';
import { formatCount, formatDuration } from '../../lib/format.ts';
import { useDocument, useGeneration, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { isPressed } from '../../ui/controls/chord.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { useDraft } from '../shared/drafts.ts';
import { BY_WORDS } from '../shared/tools.ts';
import { send, turnSays } from './arrived.ts';
import { callsIn } from './calls.ts';
import { TURN_KEYS } from './keys.ts';
import { alternatives, type BranchTurns, placeOf } from './prompts.ts';
import { ReplyText } from './ReplyText.tsx';
import styles from './Turns.module.css';
import { answerStart, replyParts } from './thinking.ts';
import type { Turn, TurnCost } from './types.ts';
import { useBusy, useChat, useChatStore, useTurns } from './useChat.ts';

const NAMES: Readonly<Record<Turn['role'], string>> = { user: 'You', assistant: 'Model', tool: 'Data' };

const PUT: Readonly<Record<Turn['role'], string>> = {
  user: 'Answer this instead',
  assistant: 'Let it say this',
  tool: 'Go on from this result',
};

interface TurnProps {
  turn: Turn;
  index: number;
  /** The last of all. */
  last: boolean;
  /** Of all branches. */
  lists: readonly BranchTurns[];
}

function CostWords({ cost }: { cost: TurnCost }) {
  return (
    <>
      <span className="num">{formatCount(cost.reused)}</span> tokens re-used from the{' '}
      <Explain meaning="Keys and values of tokens that the model has looked at before, kept on the GPU. A prompt that begins with the same ids begins there; from the first other id on all is computed again.">
        cache
      </Explain>
      , <span className="num">{formatCount(cost.computed)}</span> computed in {formatDuration(cost.prefillMs)}
    </>
  );
}

/** What of the prompt was run again for this reply. */
function CostLine({ index, last }: { index: number; last: boolean }) {
  const store = useChatStore();
  const running = useGeneration(s => isRunning(s.status));
  const stats = useGeneration(s => s.stats);
  const cost = useChat(
    s => s.prompts.findLast(each => each.turns.length === index && isOf(each, s.shown?.prompt))?.cost,
  );
  const uncached = useChat(s => s.uncached);
  const revision = useDocument(s => s.revision);
  const live = last && running && stats.reused !== null && stats.computed !== null;
  const { reused, computed, prefillMs, generated, tokensPerSecond } = stats;
  const shown = live
    ? { reused: reused ?? 0, computed: computed ?? 0, prefillMs: prefillMs ?? 0, generated, tokensPerSecond }
    : cost;
  if (!shown) return null;
  return (
    <p className={styles.cost}>
      <CostWords cost={shown} />
      {last && !running && (
        <>
          {'. '}
          {uncached?.revision === revision ? (
            <>
              Without the cache: all <span className="num">{formatCount(uncached.tokens)}</span> in{' '}
              {formatDuration(uncached.ms)}.
            </>
          ) : (
            <button type="button" className={styles.link} onClick={() => void store.getState().measure()}>
              Measure without the cache
            </button>
          )}
        </>
      )}
    </p>
  );
}

/** A prompt of the same conversation: what its users said is what they say in the text. */
function isOf(
  prompt: { readonly turns: readonly Turn[] },
  shown: { readonly turns: readonly Turn[] } | undefined,
): boolean {
  return prompt.turns.every((turn, i) => turn.role === 'assistant' || shown?.turns[i]?.content === turn.content);
}

function Alternatives({ index, lists }: { index: number; lists: readonly BranchTurns[] }) {
  const { document } = useStores();
  const branch = useDocument(s => s.branch);
  const found = useMemo(() => alternatives(lists, branch, index), [lists, branch, index]);
  const at = found.findIndex(each => each.branch === branch);
  if (found.length < 2) return null;
  const go = (by: number) =>
    document.getState().switchBranch(found[(at + by + found.length) % found.length]?.branch ?? -1);
  return (
    <span className={styles.alternatives}>
      <IconButton icon="earlier" label={`Earlier branch of turn ${index + 1}`} onClick={() => go(-1)} />
      <span className="num">
        {at + 1} of {found.length}
      </span>
      <IconButton icon="later" label={`Later branch of turn ${index + 1}`} onClick={() => go(1)} />
    </span>
  );
}

interface EditorProps {
  turn: Turn;
  index: number;
  text: string;
  /** Null ends it. */
  change: (text: string | null) => void;
  /** `text` stands in the conversation. */
  arrived: (text: string) => void;
}

function Editor({ turn, index, text, change, arrived }: EditorProps) {
  const store = useChatStore();
  const busy = useBusy();
  const close = (): void => change(null);
  const put = () => {
    if (busy || text === turn.content) return;
    const edit = () => store.getState().edit(index, text);
    void send(store, edit, turnSays(index, text), () => arrived(text));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (isPressed(event, TURN_KEYS.leave)) {
      event.stopPropagation();
      close();
    }
    if (isPressed(event, TURN_KEYS.put)) {
      event.stopPropagation();
      put();
    }
  };
  return (
    <div className={styles.editor}>
      <textarea
        aria-label={`New text of turn ${index + 1}`}
        rows={Math.min(12, Math.max(2, text.split('\n').length))}
        value={text}
        // biome-ignore lint/a11y/noAutofocus: it takes the place of the text that was clicked.
        autoFocus
        onChange={event => change(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className={styles.buttons}>
        <Button variant="primary" disabled={busy || text === turn.content} onClick={put}>
          {PUT[turn.role]}
        </Button>
        <Button onClick={close}>Leave it</Button>
      </div>
    </div>
  );
}

/** Whether a turn stands in the text, and where. */
function usePlace(index: number) {
  const shown = useChat(s => s.shown);
  const end = useDocument(s => s.text.length);
  const prompts = useChat(s => s.prompts);
  return shown === null ? null : placeOf(shown, prompts, index, end);
}

/** Whether a reply calls tools, and which. */
function useCalls({ role, content }: Turn, index: number, before: string) {
  const turns = useTurns();
  const offered = useChat(s => s.setup.tools);
  const answered = turns[index + 1]?.role === 'tool';
  if (role !== 'assistant' || !(offered || answered)) return null;
  const found = callsIn(content, answerStart(content, before));
  return found.kind === 'calls' ? found : null;
}

function Said({ turn, calls, before }: { turn: Turn; calls: ReturnType<typeof useCalls>; before: string }) {
  const markdown = useChat(s => s.markdown);
  const { role, content, told } = turn;
  if (role !== 'assistant') {
    return (
      <>
        {told && (
          <p className={styles.cost}>
            {told.command} · from {BY_WORDS[told.by]}
            {told.by !== 'person' && ` · ${Math.round(told.ms)} ms`}
          </p>
        )}
        <p className={styles.plain} translate="no">
          {content}
        </p>
      </>
    );
  }
  if (calls === null || !markdown) return <ReplyText parts={replyParts(content, before)} markdown={markdown} />;
  return (
    <>
      <ReplyText parts={replyParts(content.slice(0, calls.start), before)} markdown />
      {calls.calls.map(({ name, arguments: given }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a call is its place.
        <p key={i} className={styles.plain} translate="no">
          Calls <b>{name}</b> {JSON.stringify(given)}
        </p>
      ))}
    </>
  );
}

export function TurnView({ turn, index, last, lists }: TurnProps) {
  const { document } = useStores();
  const store = useChatStore();
  const { draft, change, arrived } = useDraft(`turn ${index} ${turn.content}`);
  const editing = draft !== null;
  const busy = useBusy();
  const prompt = useChat(s => s.shown?.prompt.text ?? '');
  const place = usePlace(index);
  const model = turn.role === 'assistant';
  const before = model && last ? prompt : '';
  const calls = useCalls(turn, index, before);
  return (
    <li
      className={styles.turn}
      data-role={turn.role}
      data-left={place === null}
      aria-label={`Turn ${index + 1}, ${NAMES[turn.role]}`}
    >
      <div className={styles.head}>
        <span className={styles.name}>{NAMES[turn.role]}</span>
        {place === null && <span className={styles.note}>not in the text</span>}
        <Alternatives index={index} lists={lists} />
        <span className={styles.tools}>
          {place !== null && (
            <IconButton
              icon="inspect"
              label={`Show turn ${index + 1} in the text`}
              onClick={() => document.getState().select(place.start, place.end)}
            />
          )}
          <IconButton
            icon="rename"
            label={`Edit turn ${index + 1}`}
            disabled={busy}
            onClick={() => change(turn.content)}
          />
          {(model || last) && (
            <IconButton
              icon="regenerate"
              label={model ? `Another reply as turn ${index + 1}` : `Reply to turn ${index + 1}`}
              disabled={busy}
              onClick={() => void store.getState().regenerate(index)}
            />
          )}
        </span>
      </div>
      {editing ? (
        <Editor turn={turn} index={index} text={draft} change={change} arrived={arrived} />
      ) : (
        <Said turn={turn} calls={calls} before={before} />
      )}
      {model && <CostLine index={index} last={last} />}
      {model && last && !busy && !editing && (
        <div className={styles.buttons}>
          <Button onClick={() => void store.getState().goOn()}>
            {calls === null ? 'Continue this reply' : 'Answer its call'}
          </Button>
        </div>
      )}
    </li>
  );
}
