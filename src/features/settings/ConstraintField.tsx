// Constrained output: choices, a regular expression or a JSON schema, checked as it is typed by the code that runs by it.
import { useEffect, useId, useState } from 'react';
import { asNucleusError } from '../../lib/error.ts';
import {
  CONSTRAINT_LENGTH,
  type Constraint,
  type ConstraintKind,
  constraint,
} from '../../sampling/steps/constraint.ts';
import { messageFor } from '../../stores/messages.ts';
import { toWire } from '../../stores/model/model.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { tooLongWords } from '../shared/tooLong.ts';
import { ChoiceField } from './ChoiceField.tsx';
import styles from './Settings.module.css';

const KINDS: readonly { value: ConstraintKind; label: string; explanation: string }[] = [
  { value: 'none', label: 'None', explanation: 'Any token may follow.' },
  {
    value: 'choices',
    label: 'Choices',
    explanation: 'One of these lines, and then the run ends. Spaces count: after most texts a choice begins with one.',
  },
  {
    value: 'regex',
    label: 'Regex',
    explanation: 'What the regular expression matches from its beginning to its end.',
  },
  {
    value: 'json_schema',
    label: 'JSON',
    explanation: 'A value that the JSON schema accepts, properties in its order; {} accepts any.',
  },
];

const PLACEHOLDERS: Readonly<Record<ConstraintKind, string>> = {
  none: '',
  choices: ' yes\n no',
  regex: ' \\d{4}-\\d{2}-\\d{2}',
  json_schema: '{"properties": {"name": {"type": "string"}}}',
};

/** A text is checked once nobody has typed for so many milliseconds. */
const QUIET_MS = 300;

/** Why a constraint cannot be used; '' where it can. */
async function faultOf(given: Constraint): Promise<string> {
  try {
    (await import('../../sampling/constraint/read.ts')).readConstraint(given);
    return '';
  } catch (thrown) {
    return messageFor(toWire(asNucleusError(thrown))).text;
  }
}

function useFault(given: Constraint): string {
  const [fault, setFault] = useState('');
  useEffect(() => {
    if (constraint.isOff(given)) {
      setFault('');
      return;
    }
    let waits = true;
    const timer = setTimeout(() => {
      void faultOf(given).then(found => waits && setFault(found));
    }, QUIET_MS);
    return () => {
      waits = false;
      clearTimeout(timer);
    };
  }, [given]);
  return fault;
}

export function ConstraintField() {
  const { settings } = useStores();
  const given = useSettings(s => s.settings.constraint);
  const fault = useFault(given);
  const [refused, setRefused] = useState<string | null>(null);
  const id = useId();
  const change = (part: Partial<Constraint>) => {
    // A schema that was cut would be another one.
    const long = tooLongWords(part.text ?? given.text, CONSTRAINT_LENGTH);
    setRefused(long);
    if (long === null) settings.getState().change({ constraint: { ...given, ...part } });
  };
  return (
    <div className={styles.constraint}>
      <ChoiceField label="Constraint" choices={KINDS} value={given.kind} onChange={kind => change({ kind })} />
      {given.kind !== 'none' && (
        <>
          <textarea
            className={styles.input}
            aria-label={`Constraint: ${KINDS.find(({ value }) => value === given.kind)?.label ?? ''}`}
            aria-describedby={id}
            aria-invalid={fault !== '' || refused !== null}
            rows={given.kind === 'regex' ? 2 : 4}
            spellCheck={false}
            autoCapitalize="off"
            placeholder={PLACEHOLDERS[given.kind]}
            value={given.text}
            onChange={event => change({ text: event.target.value })}
          />
          <p id={id} className={styles.hint} role="status">
            {refused ||
              fault ||
              'It begins with the first token that a run draws by it, and ends the run when it is complete.'}
          </p>
        </>
      )}
    </div>
  );
}
