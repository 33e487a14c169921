// A person's commands: each with its switch, what answers it, and a form to change it; and their way in and out as a file.
import { useState } from 'react';
import { Button } from '../../ui/controls/Button.tsx';
import { FileButton } from '../../ui/controls/FileButton.tsx';
import { download } from '../shared/saving.ts';
import styles from './Commands.module.css';
import { DefinitionForm } from './DefinitionForm.tsx';
import { MOST_FILE } from './library.ts';
import type { Definition } from './types.ts';
import { useCommands, useCommandsStore } from './useCommands.ts';
import { ANSWERER_WORDS } from './words.ts';

const BLANK: Definition = { name: '', purpose: '', by: 'person', source: '', path: '', enabled: true };

function Row({ definition, onEdit }: { definition: Definition; onEdit: () => void }) {
  const store = useCommandsStore();
  const { name, purpose, by, enabled } = definition;
  return (
    <li className={styles.card}>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={enabled}
          onChange={event => store.getState().define(name, { ...definition, enabled: event.target.checked })}
        />
        <b>{name}</b>
      </label>
      <span className={styles.words}>
        {ANSWERER_WORDS[by].label}
        {purpose !== '' && ` · ${purpose}`}
      </span>
      <span className={styles.buttons}>
        <Button onClick={onEdit}>
          Edit<span className="visually-hidden"> {name}</span>
        </Button>
        <Button variant="quiet" onClick={() => store.getState().remove(name)}>
          Remove<span className="visually-hidden"> {name}</span>
        </Button>
      </span>
    </li>
  );
}

function Files() {
  const store = useCommandsStore();
  const [words, setWords] = useState('');
  const none = useCommands(s => s.definitions.length === 0);
  const read = async (file: File): Promise<void> => {
    const count = file.size > MOST_FILE ? null : store.getState().imported(await file.text());
    setWords(
      count === null
        ? 'That file holds no commands. Choose one that was exported here.'
        : `${count} read; new ones are switched off until you switch them on. Addresses have to be allowed anew.`,
    );
  };
  return (
    <div className={styles.buttons}>
      <FileButton label="File of commands" onFiles={([file]) => file && void read(file)}>
        Import commands
      </FileButton>
      <Button
        icon="download"
        disabled={none}
        onClick={() => download('commands.json', 'application/json', store.getState().exported())}
      >
        Export commands
      </Button>
      <span role="status">{words}</span>
    </div>
  );
}

export function DefinitionList() {
  const definitions = useCommands(s => s.definitions);
  const form = useCommands(s => s.form);
  const { fill } = useCommandsStore().getState();
  return (
    <section className={styles.part} aria-label="My commands">
      <h2>My commands</h2>
      <ul className={styles.list}>
        {definitions.map(definition =>
          definition.name === form?.name ? (
            <li key={definition.name} className={styles.card}>
              <DefinitionForm form={form} />
            </li>
          ) : (
            <Row
              key={definition.name}
              definition={definition}
              onEdit={() => fill({ name: definition.name, definition })}
            />
          ),
        )}
      </ul>
      {form?.name === null ? (
        <div className={styles.card}>
          <DefinitionForm form={form} />
        </div>
      ) : (
        <span>
          <Button onClick={() => fill({ name: null, definition: BLANK })}>New command</Button>
        </span>
      )}
      <Files />
    </section>
  );
}
