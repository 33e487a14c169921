// The card of one token, beside it: its probability and rank, the likeliest tokens there, and the way on from each of them.
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react';
import { formatCount, formatDuration, formatProbability } from '../../lib/format.ts';
import { useDocument, useFeature, useModel, useRows, useStores } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { isPressed } from '../../ui/controls/chord.ts';
import { keyLabel } from '../../ui/controls/keys.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { NARROW, useMedia } from '../../ui/controls/useMedia.ts';
import { focusText } from '../shared/focusText.ts';
import type { Ranked } from '../shared/ranked.ts';
import { ShareBar } from '../shared/ShareBar.tsx';
import { faceOf, textOfBytes } from '../shared/tokenFace.ts';
import type { CardFacts } from './facts.ts';
import { cardElement, enterCard, Hand } from './hand.ts';
import { CARD_KEYS } from './keys.ts';
import { cardPlace } from './place.ts';
import { cardStore, type Shown } from './store.ts';
import styles from './WordCard.module.css';
import { announcement, cardName, lackWords, MOST_LISTED, spokenToken } from './words.ts';

interface CandidatesProps {
  shown: Shown;
  ranked: Ranked;
  tokenizer: Tokenizer;
  /** Id of the token that stands there; null at the end of the text. */
  current: number | null;
}

function Candidates({ shown, ranked, tokenizer, current }: CandidatesProps) {
  const stores = useStores();
  const ids = Array.from(ranked.ids.subarray(0, MOST_LISTED));
  const largest = ranked.before(ids[0] ?? -1);
  const go = (id: number, byKey: boolean) => {
    cardStore.of(stores).getState().hide();
    if (byKey) focusText();
    void stores.generation.getState().continueFrom(shown.place, id);
  };
  return (
    <ol className={styles.list}>
      {ids.map(id => (
        <li key={id}>
          <button
            type="button"
            aria-label={`Continue from here with ${spokenToken(tokenizer, id)}, ${formatProbability(ranked.before(id))}${id === current ? ', the one that stands here' : ''}`}
            title="Continue from here"
            className={styles.row}
            onClick={event => go(id, event.detail === 0)}
          >
            <span className={styles.here} aria-hidden="true">
              {id === current && '▸'}
            </span>
            <span className={styles.token}>
              <TokenText {...faceOf(tokenizer, id)} />
            </span>
            <ShareBar share={ranked.before(id)} largest={largest} tone="before" />
            <span className="num">{formatProbability(ranked.before(id))}</span>
            <span className={styles.go}>continue</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Unknown({ facts }: { facts: CardFacts }) {
  const stores = useStores();
  const asked = useFeature(cardStore, s => s.asked);
  if (facts.lack === null) return null;
  return (
    <div className={styles.unknown} aria-busy={asked.kind === 'coming'}>
      <p>{lackWords(facts.lack, asked)}</p>
      {(asked.kind === 'costly' || asked.kind === 'failed') && (
        <Button onClick={() => void cardStore.of(stores).getState().ask()}>
          {asked.kind === 'costly' ? `Compute it, about ${formatDuration(asked.seconds * 1000)}` : 'Try again'}
        </Button>
      )}
    </div>
  );
}

function Head({ shown, facts }: { shown: Shown; facts: CardFacts }) {
  const token = useDocument(s => (shown.place === 'end' ? null : (s.tokens[shown.place] ?? null)));
  if (token === null) return <p className={styles.head}>What comes next</p>;
  return (
    <div className={styles.head}>
      <p className={styles.name}>
        <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />
        <span className={styles.id}>
          id <span className="num">{token.id}</span>
        </span>
      </p>
      {facts.probability !== null && facts.rank !== null && (
        <p className={styles.numbers}>
          <span className="num" title={String(facts.probability)}>
            {formatProbability(facts.probability)}
          </span>{' '}
          before sampling · rank <span className="num">{formatCount(facts.rank)}</span>
        </p>
      )}
    </div>
  );
}

function Inspect({ shown }: { shown: Shown }) {
  const { document: store, view } = useStores();
  const narrow = useMedia(NARROW);
  const open = (byKey: boolean) => {
    store.getState().selectToken(shown.place);
    view.getState().setSide('token');
    view.getState().setPanel('candidates');
    if (narrow) view.getState().open('inspector');
    else if (byKey) focusText();
  };
  const stores = useStores();
  return (
    <Button
      variant="quiet"
      icon="inspect"
      onClick={event => {
        cardStore.of(stores).getState().hide();
        open(event.detail === 0);
      }}
    >
      Open in the inspector
    </Button>
  );
}

/** Arrows walk through the buttons; Tab past either end leads back to the text. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const buttons: (Element | null)[] = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement);
  const by = isPressed(event, CARD_KEYS.after) ? 1 : isPressed(event, CARD_KEYS.before) ? -1 : 0;
  if (by !== 0) {
    event.preventDefault();
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, at + by))];
    if (next instanceof HTMLElement) next.focus();
  }
  const leaves = event.key === 'Tab' && (event.shiftKey ? at <= 0 : at === buttons.length - 1);
  if (!leaves) return;
  event.preventDefault();
  focusText();
}

function Card({ shown, tokenizer }: { shown: Shown; tokenizer: Tokenizer }) {
  const stores = useStores();
  const card = useRef<HTMLDivElement>(null);
  const token = useDocument(s => (shown.place === 'end' ? null : (s.tokens[shown.place] ?? null)));
  const vocabulary = useModel(s => (s.load.status === 'ready' ? s.load.model.dims.vocab_size : 0));
  useRows(s => s.revision);
  const facts = cardStore.of(stores).getState().facts(shown.place);
  const name = cardName(token, facts, vocabulary);
  useLayoutEffect(() => {
    if (!card.current) return;
    const { width, height } = card.current.getBoundingClientRect();
    const page = document.documentElement;
    // What is cut off by its own last place counts, too.
    const size = { width, height: Math.max(height, card.current.scrollHeight) };
    const place = cardPlace(shown.boxes, size, page.clientWidth, page.clientHeight);
    card.current.style.left = `${place.left}px`;
    card.current.style.top = `${place.top}px`;
    card.current.style.maxHeight = `${place.room}px`;
    // A person who went in before the candidates came.
    if (document.activeElement === card.current) enterCard(card.current);
  });
  return (
    <>
      {shown.boxes.map(({ left, top, width, height }) => (
        <div key={`${left} ${top}`} className={styles.frame} style={{ left, top, width, height }} aria-hidden="true" />
      ))}
      <div
        ref={card}
        role="dialog"
        aria-label={name}
        className={styles.card}
        data-testid="card"
        tabIndex={-1}
        onPointerDown={event => event.preventDefault()}
        onMouseDown={event => event.preventDefault()}
        onKeyDown={walk}
      >
        <Head shown={shown} facts={facts} />
        <div className={styles.body} data-body>
          {facts.ranked ? (
            <Candidates shown={shown} ranked={facts.ranked} tokenizer={tokenizer} current={token?.id ?? null} />
          ) : (
            <Unknown facts={facts} />
          )}
        </div>
        <div className={styles.foot}>
          <Inspect shown={shown} />
          {shown.by === 'key' && <span className={styles.hint}>{keyLabel('Alt+Down')} enters, Esc closes</span>}
        </div>
      </div>
      <div className="visually-hidden" aria-live="polite">
        {shown.by === 'key' && announcement(name, facts, tokenizer)}
      </div>
    </>
  );
}

/** Nothing until a token is looked at. */
export function WordCard() {
  const stores = useStores();
  const shown = useFeature(cardStore, s => s.shown);
  const tokenizer = useDocument(s => s.tokenizer);
  useEffect(() => {
    const end = new AbortController();
    new Hand(stores, cardElement).listen(end.signal);
    return () => end.abort();
  }, [stores]);
  return shown && tokenizer && <Card shown={shown} tokenizer={tokenizer} />;
}
