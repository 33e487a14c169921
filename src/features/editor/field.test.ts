// Field and document hold the same text and caret, whoever changes one of them, and whenever.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDocumentStore } from '../../stores/document/document.ts';
import { plainToken } from '../../stores/document/sequence.ts';
import type { DocumentStore } from '../../stores/document/types.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import { Field, type FieldFault, type Standing } from './field.ts';
import { fieldText } from './fieldText.ts';
import { FakeField } from './nativeField.fixture.ts';

const tokenizer = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);

interface Setup {
  readonly store: DocumentStore;
  readonly native: FakeField;
  readonly field: Field;
  readonly faults: (FieldFault | null)[];
  readonly standings: Standing[];
  interrupts: number;
}

function setup(text: string): Setup {
  const store = createDocumentStore(text);
  store.getState().setTokenizer(tokenizer, false);
  const native = new FakeField();
  const made = { store, native, faults: [] as (FieldFault | null)[], standings: [] as Standing[], interrupts: 0 };
  const field = new Field(native, {
    document: store,
    interrupt: () => {
      made.interrupts += 1;
    },
    report: fault => made.faults.push(fault),
    onStanding: standing => made.standings.push(standing),
  });
  return Object.assign(made, { field });
}

/** As a run does, at the end. */
function draw(store: DocumentStore, text: string): void {
  store.getState().beginRun();
  store.getState().appendDrawn(Array.from(tokenizer.encode(text), id => plainToken(tokenizer, id, 'chosen')));
}

const caret = (native: FakeField) => [native.selectionStart, native.selectionEnd];

describe('caret', () => {
  test('goes along with a run at the end, and stays where it stands otherwise', () => {
    const { store, native, field } = setup('Once');
    draw(store, ' upon a time');
    expect(caret(native)).toEqual([16, 16]);
    native.moveCaret(4);
    field.sync();
    draw(store, ' there was');
    expect(caret(native)).toEqual([4, 4]);
    expect(store.getState().selection.start).toBe(4);
  });

  test('moved by a key that the page has not heard of yet, it is never put back', () => {
    const { store, native } = setup('Once');
    draw(store, ' upon');
    native.moveCaret(0);
    draw(store, ' a');
    expect(caret(native)).toEqual([0, 0]);
    expect(store.getState().selection).toMatchObject({ start: 0, end: 0 });
    expect(store.getState().selected).toBe(0);
    native.moveCaret(2, 9, 'backward');
    draw(store, ' time');
    expect(caret(native)).toEqual([2, 9]);
    expect(native.selectionDirection).toBe('backward');
    expect(store.getState().selection).toEqual({ start: 2, end: 9, focus: 'start' });
  });

  test('moved to the end by a key, it goes along with tokens that come before the page hears of it', () => {
    const { store, native, field } = setup('Once');
    native.moveCaret(1);
    field.sync();
    draw(store, ' upon');
    native.moveCaret(9);
    draw(store, ' a');
    expect(caret(native)).toEqual([11, 11]);
    expect(store.getState().selected).toBe('end');
  });

  test('a write takes only what differs and no caret that is right', () => {
    const { store, native, field } = setup('Once upon a time');
    native.moveCaret(4);
    field.sync();
    native.writes.length = 0;
    draw(store, ' there');
    expect(native.writes).toEqual(['text [16, 16) " there"']);
    store.getState().undo();
    expect(native.writes.slice(1)).toEqual(['text [16, 22) ""']);
  });

  test('waits while a pointer is held down, which may be drawing a selection', () => {
    const { store, native, field } = setup('Once');
    field.press();
    native.moveCaret(1, 3);
    draw(store, ' upon');
    expect(native.value).toBe('Once');
    native.moveCaret(1, 4);
    field.release();
    expect(native.value).toBe('Once upon');
    expect(caret(native)).toEqual([1, 4]);
    expect(store.getState().selection).toMatchObject({ start: 1, end: 4 });
  });
});

describe('composition', () => {
  test('its words are in the document as they come, as one step of the history, and nothing is written', () => {
    const { store, native, field, standings } = setup('Once ');
    native.writes.length = 0;
    field.composeStart();
    native.type('n');
    field.sync();
    native.type('ni', 1);
    field.sync();
    expect(store.getState().text).toBe('Once ni');
    native.type('你', 2);
    field.sync();
    field.settle();
    expect(store.getState().text).toBe('Once 你');
    expect(native.writes).toEqual([]);
    expect(standings).toEqual(['composing', 'together']);
    store.getState().undo();
    expect(store.getState().text).toBe('Once ');
    expect(native.value).toBe('Once ');
  });

  test('calls off a run; what another hand writes meanwhile waits for the end, and no word is lost', () => {
    const setUp = setup('Once');
    const { store, native, field, standings } = setUp;
    field.composeStart();
    expect(setUp.interrupts).toBe(1);
    native.type(' と');
    field.sync();
    store.getState().edit(0, 4, 'Twice');
    expect(native.value).toBe('Once と');
    expect(standings.at(-1)).toBe('apart');
    native.type('ても');
    field.sync();
    expect(store.getState().text).toBe('Twice とても');
    field.settle();
    expect(native.value).toBe('Twice とても');
    expect(caret(native)).toEqual([9, 9]);
    expect(standings.at(-1)).toBe('together');
  });

  test('without an end it holds up nothing once a key or another field is used', () => {
    const { store, native, field } = setup('Once');
    field.composeStart();
    native.type(' a');
    field.sync();
    store.getState().setText('A new text');
    expect(native.value).toBe('Once a');
    field.settle();
    expect(native.value).toBe('A new text');
  });

  test('any order of words, runs and other edits leaves both alike', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('type' as const), text: fc.constantFrom('a', ' b', '字', '\r', '\n', '\0') }),
      fc.record({ kind: fc.constant('move' as const), at: fc.nat(30) }),
      fc.record({ kind: fc.constant('draw' as const), text: fc.constantFrom(' the', '\r', '\r\n', ' fox') }),
      fc.record({ kind: fc.constant('edit' as const), at: fc.nat(30), text: fc.constantFrom('', 'x', '\r\n') }),
      fc.record({ kind: fc.constantFrom('compose' as const, 'settle' as const, 'undo' as const, 'press' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), steps => {
        const { store, native, field, faults } = setup('Once upon a time');
        for (const each of steps) {
          if (each.kind === 'type') {
            native.type(each.text);
            field.sync();
          } else if (each.kind === 'move') native.moveCaret(each.at);
          else if (each.kind === 'draw') draw(store, each.text);
          else if (each.kind === 'edit') store.getState().edit(each.at, each.at + 2, each.text);
          else if (each.kind === 'compose') field.composeStart();
          else if (each.kind === 'press') field.press();
          else if (each.kind === 'undo') store.getState().undo();
          else field.settle();
        }
        field.settle();
        const { text, selection } = store.getState();
        expect(native.value).toBe(fieldText(text));
        expect(caret(native)).toEqual([selection.start, selection.end]);
        expect(faults).toEqual([null]);
      }),
    );
  });
});

describe('control characters', () => {
  const CONTROLS = Array.from({ length: 0xa0 }, (_, code) => code)
    .filter(code => code < 0x20 || code >= 0x7f)
    .map(code => String.fromCharCode(code));

  test.each([...CONTROLS, '\r\n', '\n\r', '\r\r\n', '\u2028', '\u2029', '\ufeff', '\u202e'])(
    '%j: every place is the same in both, and drawn tokens keep their ids whatever is typed beside them',
    control => {
      const { store, native, field } = setup('Once');
      draw(store, ` upon${control}a${control}`);
      const drawn = store.getState().tokens;
      const { text } = store.getState();
      expect(native.value).toHaveLength(text.length);
      expect(native.value).not.toContain('\r');
      for (let at = 0; at <= text.length; at++) {
        native.moveCaret(at);
        field.sync();
        expect(store.getState().selection.start).toBe(at);
        expect(caret(native)).toEqual([at, at]);
      }
      native.moveCaret(0);
      native.type('X');
      field.sync();
      native.moveCaret(native.value.length);
      native.type('\n');
      field.sync();
      expect(store.getState().text).toBe(`X${text}\n`);
      expect(
        store
          .getState()
          .tokens.filter(({ origin }) => origin === 'chosen')
          .map(({ id }) => id),
      ).toEqual(drawn.filter(({ origin }) => origin === 'chosen').map(({ id }) => id));
      expect(native.value).toBe(fieldText(store.getState().text));
    },
  );

  test('one that is typed or pasted is shown by its picture, and copied as itself', () => {
    const { store, native, field } = setup('ab');
    native.type('\u0000\u001b');
    field.sync();
    expect(store.getState().text).toBe('ab\u0000\u001b');
    expect(native.value).toBe('ab␀␛');
    expect(caret(native)).toEqual([4, 4]);
    native.moveCaret(1, 3);
    expect(field.copied()).toBe('b\u0000');
    native.moveCaret(0, 2);
    expect(field.copied()).toBeNull();
  });
});

describe('an edit that throws', () => {
  test('a field made anew knows of no fault of the one before', () => {
    const { store, field, faults } = setup('Once');
    faults.push({ kind: 'unread', message: 'too long' });
    field.dispose();
    const [native, report] = [new FakeField(), (fault: FieldFault | null) => faults.push(fault)];
    new Field(native, { document: store, interrupt: () => {}, report, onStanding: () => {} });
    expect(native.value).toBe('Once');
    expect(faults.at(-1)).toBeNull();
  });

  test('the text is taken as a whole, and the page says so', () => {
    const { store, native, field, faults } = setup('Once');
    const { edit } = store.getState();
    store.setState({
      edit: () => {
        throw new RangeError('Maximum call stack size exceeded');
      },
    });
    native.type(' upon');
    field.sync();
    expect(store.getState().text).toBe('Once upon');
    expect(native.value).toBe('Once upon');
    expect(faults.at(-1)).toEqual({ kind: 'read_anew', message: 'Maximum call stack size exceeded' });
    store.setState({ edit });
    native.type('!');
    field.sync();
    expect(store.getState().text).toBe('Once upon!');
    expect(faults.at(-1)).toBeNull();
  });

  test('where the text cannot be taken at all the words stay in the field, whatever is drawn, and are taken later', () => {
    const { store, native, field, faults } = setup('Once');
    const { edit, setText } = store.getState();
    const fail = () => {
      throw new RangeError('too long');
    };
    store.setState({ edit: fail, setText: fail });
    native.type(' upon');
    field.sync();
    expect(faults.at(-1)).toEqual({ kind: 'unread', message: 'too long' });
    draw(store, ' fox');
    expect(native.value).toBe('Once upon');
    store.setState({ edit, setText });
    native.type('!');
    field.sync();
    expect(store.getState().text).toBe('Once upon! fox');
    expect(native.value).toBe('Once upon! fox');
    expect(faults.at(-1)).toBeNull();
  });
});

describe('a text that begins with a special token', () => {
  const CHIP = '<|endoftext|>';
  const begun = () => {
    const made = setup('');
    const id = tokenizer.idOf(CHIP) ?? 0;
    made.store.getState().setTokenizer({ ...tokenizer, fingerprint: 'begun', opening: [id] }, false);
    return made;
  };

  test('the first key brings it, before the caret, and the next keys go on behind it', () => {
    const { store, native, field } = begun();
    native.type('H');
    field.sync();
    expect([native.value, store.getState().text]).toEqual([`${CHIP}H`, `${CHIP}H`]);
    expect(caret(native)).toEqual([CHIP.length + 1, CHIP.length + 1]);
    native.type('i');
    field.sync();
    expect(native.value).toBe(`${CHIP}Hi`);
    expect(caret(native)).toEqual([CHIP.length + 2, CHIP.length + 2]);
    expect(store.getState().tokens[0]?.special).toBe(true);
  });

  test('what is typed over all of it begins anew; with the token alone deleted it stays away', () => {
    const { store, native, field } = begun();
    native.type('Hello');
    field.sync();
    native.moveCaret(0, native.value.length);
    native.type('x');
    field.sync();
    expect(native.value).toBe(`${CHIP}x`);
    native.moveCaret(0, CHIP.length);
    native.type('');
    field.sync();
    expect([native.value, store.getState().text]).toEqual(['x', 'x']);
  });

  test('while an input method composes it waits', () => {
    const { store, native, field } = begun();
    field.composeStart();
    native.type('n');
    field.sync();
    expect(native.value).toBe('n');
    native.type('\u4f60', 1);
    field.sync();
    field.settle();
    expect([native.value, store.getState().text]).toEqual([`${CHIP}\u4f60`, `${CHIP}\u4f60`]);
  });
});
