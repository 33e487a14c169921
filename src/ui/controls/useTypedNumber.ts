// A number field while a person types in it: a draft, read on Enter or on leaving, and the sentence about what was not taken.
import { type KeyboardEvent, useId, useState } from 'react';
import type { FieldSentence } from './FieldWords.tsx';
import { type Range, readingWords, readNumber } from './number.ts';

interface TypedNumberOptions {
  readonly range: Range;
  /** In force now; null where the field is empty. */
  readonly value: number | null;
  /** How the value in force is called in a sentence: `0.8`. */
  readonly stays: string;
  readonly onRead: (value: number) => void;
  /** The field was left empty; without it the value in force comes back. */
  readonly onEmpty?: () => void;
}

/** The field shows the draft while it is typed, and what is in force once it is left: never a number that is not used. */
export function useTypedNumber({ range, value, stays, onRead, onEmpty }: TypedNumberOptions) {
  const [draft, setDraft] = useState<string | null>(null);
  const [said, setSaid] = useState<{ readonly words: FieldSentence; readonly of: number | null } | null>(null);
  const wordsId = useId();
  const commit = (leaving: boolean) => {
    if (draft === null) return;
    const reading = readNumber(draft, range);
    const words = readingWords(draft, reading, stays);
    const now = reading.kind === 'read' ? reading.value : value;
    const tone = reading.kind === 'refused' ? 'refused' : 'read';
    setSaid(words === null ? null : { words: { text: words, tone }, of: now });
    if (leaving || reading.kind !== 'refused') setDraft(null);
    if (reading.kind === 'read' && reading.value !== value) onRead(reading.value);
    if (reading.kind === 'empty') onEmpty?.();
  };
  // A sentence about a value that is no longer in force is over.
  const words = said !== null && said.of === value ? said.words : null;
  return {
    draft,
    /** Null where there is nothing to say. */
    words,
    wordsId,
    /** What was typed gives way to the value in force. */
    forget: () => {
      setDraft(null);
      setSaid(null);
    },
    field: {
      value: draft ?? (value === null ? '' : String(value)),
      'aria-invalid': words !== null && draft !== null ? (true as const) : undefined,
      onChange: (event: { target: { value: string } }) => {
        setDraft(event.target.value);
        setSaid(null);
      },
      onBlur: () => commit(true),
      onKeyDown: (event: KeyboardEvent) => {
        const plainEnter = event.key === 'Enter' && !event.ctrlKey && !event.metaKey;
        if (plainEnter && !event.nativeEvent.isComposing) commit(false);
      },
    },
  };
}
