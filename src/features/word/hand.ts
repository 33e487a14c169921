// What opens and closes the card of a token: a pointer that rests on it, a finger that stays, keys, and whatever a person does next.
//
// A move of the pointer measures nothing: the text is looked at once, when the pointer has come to rest.
import type { Stores } from '../../stores/stores.ts';
import { tokenAt } from '../../tokenizer/text.ts';
import { isPressed } from '../../ui/controls/chord.ts';
import { isWithin, paintedText, textField, tokenAtOffset, tokenAtPoint } from '../shared/painted.ts';
import { CARD_KEYS } from './keys.ts';
import { cardStore, type Opener } from './store.ts';

/** How long a pointer rests on a token before its card opens, ms. */
const REST_MS = 350;
/** How long the card stays behind a pointer that has left its token, so that it can be reached, ms. */
const GRACE_MS = 300;
/** How long a finger stays on a token, ms: before the browser selects the word. */
const PRESS_MS = 430;
/** px that a pointer moves from where it was pressed before it is looking again, and that a finger may tremble. */
const FAR = 12;

interface Point {
  readonly x: number;
  readonly y: number;
}

const far = (a: Point, b: Point): boolean => Math.hypot(a.x - b.x, a.y - b.y) > FAR;

/** Opens the card of the token at a point, where there is one. */
function openAt(stores: Stores, { x, y }: Point, by: Opener): void {
  const painted = paintedText();
  const found = painted && tokenAtPoint(painted, x, y);
  const { tokens, view } = stores.document.getState();
  if (!found) return;
  const index = tokenAt(view, found.offset);
  if (index >= tokens.length) return;
  const { shown, show } = cardStore.of(stores).getState();
  if (shown?.place !== index || shown.by !== by) show({ place: index, by, boxes: found.boxes });
}

/** The card of the token at the caret, or of what comes next; where a key has opened it already, the focus goes into it. */
export function openOrEnter(stores: Stores, card: HTMLElement | null = cardElement()): void {
  const { shown } = cardStore.of(stores).getState();
  if (shown?.by === 'key' && card !== null) enterCard(card);
  else openAtCaret(stores);
}

/** To the first thing to press in the body; while its candidates are still computed, to the card itself, which hands the focus on. */
export function enterCard(card: HTMLElement): void {
  const first = card.querySelector<HTMLElement>('[data-body] button');
  (first ?? card).focus();
}

export function cardElement(): HTMLElement | null {
  return document.querySelector<HTMLElement>('[data-testid="card"]');
}

/** False where the token is not in sight. */
function openAtCaret(stores: Stores): boolean {
  const { selected, view, tokenizer } = stores.document.getState();
  const painted = paintedText();
  if (painted === null || tokenizer === null) return false;
  const offset = selected === 'end' ? view.text.length : (view.starts[selected] ?? 0);
  const found = tokenAtOffset(painted, offset);
  if (found === null || found.boxes.length === 0) return false;
  cardStore.of(stores).getState().show({ place: selected, by: 'key', boxes: found.boxes });
  return true;
}

/** The clock and the hands of one page. */
export class Hand {
  readonly #stores: Stores;
  readonly #card: () => HTMLElement | null;
  #endRest: () => void = () => {};
  #endLeave: (() => void) | null = null;
  /** Where the pointer was pressed last: there a person works and does not look. */
  #pressed: Point | null = null;
  #finger: Point | null = null;
  /** The finger that is down has opened a card. */
  #held = false;

  constructor(stores: Stores, card: () => HTMLElement | null) {
    this.#stores = stores;
    this.#card = card;
  }

  get #store() {
    return cardStore.of(this.#stores).getState();
  }

  /** Until `signal`. */
  listen(signal: AbortSignal): void {
    const on = { signal, capture: true, passive: true } as const;
    document.addEventListener('pointermove', event => this.#move(event), on);
    document.addEventListener('pointerdown', event => this.#down(event), on);
    for (const name of ['pointerup', 'pointercancel'] as const) document.addEventListener(name, () => this.#up(), on);
    document.documentElement.addEventListener('pointerleave', () => this.#leave(), on);
    document.addEventListener('contextmenu', event => this.#hold(event), { signal, capture: true });
    document.addEventListener('touchend', event => this.#hold(event), { signal, capture: true, passive: false });
    document.addEventListener('scroll', event => this.#scrolled(event), on);
    document.addEventListener('beforeinput', event => this.#elsewhere(event), on);
    document.addEventListener('compositionstart', event => this.#elsewhere(event), on);
    document.addEventListener('keydown', event => this.#key(event), { signal, capture: true });
    globalThis.addEventListener('blur', () => this.#close(), { signal });
    globalThis.addEventListener('resize', () => this.#close(), { signal });
    const endCaret = this.#stores.document.subscribe((now, before) => {
      // A card that a key has opened goes with the caret.
      if (now.selected !== before.selected && this.#store.shown?.by === 'key' && !openAtCaret(this.#stores))
        this.#close();
    });
    signal.addEventListener('abort', () => {
      endCaret();
      this.#stay();
    });
  }

  #isInCard(event: Event): boolean {
    return event.target instanceof Node && this.#card()?.contains(event.target) === true;
  }

  #stay(): void {
    this.#endRest();
    this.#endLeave?.();
    this.#endLeave = null;
  }

  /** A focus that was in the card goes back to the text. */
  #close(): void {
    const inside = this.#card()?.contains(document.activeElement) === true;
    this.#stay();
    this.#store.hide();
    if (inside) textField()?.focus({ preventScroll: true });
  }

  #leave(): void {
    this.#endRest();
    if (this.#store.shown?.by !== 'pointer' || this.#endLeave !== null) return;
    this.#endLeave = this.#stores.work.later(GRACE_MS, () => this.#close());
  }

  #move(event: PointerEvent): void {
    const at = { x: event.clientX, y: event.clientY };
    if (event.pointerType === 'touch') {
      if (this.#finger !== null && far(this.#finger, at)) this.#up();
      return;
    }
    if (this.#isInCard(event)) {
      this.#stay();
      return;
    }
    const { shown } = this.#store;
    if (shown?.boxes.some(box => isWithin(box, at.x, at.y))) {
      this.#stay();
      return;
    }
    this.#leave();
    const works = this.#pressed !== null && !far(this.#pressed, at);
    if (works || event.buttons !== 0 || event.target !== textField()) return;
    this.#pressed = null;
    this.#endRest = this.#stores.work.later(REST_MS, () => {
      this.#stay();
      openAt(this.#stores, at, 'pointer');
    });
  }

  #down(event: PointerEvent): void {
    if (this.#isInCard(event)) return;
    this.#close();
    const at = { x: event.clientX, y: event.clientY };
    this.#pressed = at;
    this.#held = false;
    if (event.pointerType !== 'touch' || event.target !== textField()) return;
    this.#finger = at;
    this.#endRest = this.#stores.work.later(PRESS_MS, () => {
      openAt(this.#stores, at, 'touch');
      this.#held = this.#store.shown?.by === 'touch';
    });
  }

  #up(): void {
    if (this.#finger === null) return;
    this.#finger = null;
    this.#endRest();
  }

  /** The finger that opened a card asks for no menu, selects no word and moves no caret. */
  #hold(event: Event): void {
    if (this.#held) event.preventDefault();
  }

  /** Only what moves the text moves its tokens. */
  #scrolled(event: Event): void {
    if (event.target instanceof Node && event.target.contains(textField())) this.#close();
  }

  #elsewhere(event: Event): void {
    if (!this.#isInCard(event)) this.#close();
  }

  #key(event: KeyboardEvent): void {
    if (this.#store.shown === null || event.isComposing || !isPressed(event, CARD_KEYS.close)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#close();
  }
}
