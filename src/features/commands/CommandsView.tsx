// The view "Commands": whether the text may ask for outside words, what it has been answered, who answers what, and where addresses may lead.
import { useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import { AllowedList } from './AllowedList.tsx';
import styles from './Commands.module.css';
import { DefinitionList } from './DefinitionList.tsx';
import { ROUNDS, TEXT_LENGTH } from './library.ts';
import { EXPERIMENTS } from './presets.ts';
import { RoundList } from './RoundList.tsx';
import { useCommands, useCommandsStore } from './useCommands.ts';

function Turn() {
  const store = useCommandsStore();
  const active = useCommands(s => s.active);
  const ready = useCommands(s => s.ready);
  const end = useCommands(s => s.protocol.end);
  const begin = useCommands(s => s.protocol.begin);
  return (
    <>
      <p className={styles.words}>
        A text may ask for words from outside: where the model writes <code>{`${begin}NAME${end}`}</code>, the run
        pauses, the answer comes into the text with a green corner, and the run goes on. Nothing is fetched from where
        you have not allowed.
      </p>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={active}
          disabled={!ready}
          onChange={event => store.getState().turn(event.target.checked)}
        />
        Answer the commands of this document
      </label>
    </>
  );
}

function Experiments() {
  const store = useCommandsStore();
  const { view } = useStores();
  return (
    <section className={styles.part} aria-label="Experiments">
      <h2>Experiments</h2>
      <ul className={styles.list}>
        {EXPERIMENTS.map(experiment => (
          <li key={experiment.title} className={styles.row}>
            <span className={styles.words}>
              <b>{experiment.title}.</b> {experiment.words}
            </span>
            <Button
              onClick={() => {
                void store.getState().openExperiment(experiment);
                view.getState().close();
              }}
            >
              Open<span className="visually-hidden"> “{experiment.title}”</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RuleProps<T> {
  label: string;
  value: T;
  onChange: (value: T) => void;
}

/** An empty one is not taken. */
function Sign({ label, value, onChange }: RuleProps<string>) {
  return (
    <label className={styles.line}>
      {label}
      <input
        className={styles.field}
        value={value}
        maxLength={64}
        onChange={event => event.target.value !== '' && onChange(event.target.value)}
      />
    </label>
  );
}

function Limit({ bounds, ...rule }: RuleProps<number> & { bounds: typeof ROUNDS | typeof TEXT_LENGTH }) {
  return (
    <div className={styles.row}>
      <span>{rule.label}</span>
      <NumberField {...rule} {...bounds} />
    </div>
  );
}

/** Signs and limits; a text that cannot be is not taken. */
function Rules() {
  const store = useCommandsStore();
  const protocol = useCommands(s => s.protocol);
  const set = store.getState().setProtocol;
  return (
    <details className={styles.part}>
      <summary>Signs and limits</summary>
      <Sign label="Begin sign" value={protocol.begin} onChange={begin => set({ begin })} />
      <Sign label="End sign" value={protocol.end} onChange={end => set({ end })} />
      <label className={styles.line}>
        Answer as ({'{label}, {name}, {text}'})
        <textarea
          className={styles.field}
          value={protocol.format}
          rows={3}
          maxLength={400}
          onChange={event => event.target.value.includes('{text}') && set({ format: event.target.value })}
        />
      </label>
      <Limit
        label="Characters of an answer"
        value={protocol.mostText}
        bounds={TEXT_LENGTH}
        onChange={mostText => set({ mostText })}
      />
      <Limit
        label="Answers in one run"
        value={protocol.mostRounds}
        bounds={ROUNDS}
        onChange={mostRounds => set({ mostRounds })}
      />
    </details>
  );
}

export function CommandsView() {
  return (
    <section className={styles.view} aria-label="Commands">
      <Turn />
      <RoundList />
      <DefinitionList />
      <AllowedList />
      <Experiments />
      <Rules />
    </section>
  );
}
