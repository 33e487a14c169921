// The dialog of presets: keep what is here by name, use what was kept, and what comes with the page.
import { useId, useRef, useState } from 'react';
import { inLine } from '../../lib/shapeless.ts';
import { useFeature, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { FileButton } from '../../ui/controls/FileButton.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { focusBack } from '../shared/focusBack.ts';
import list from '../shared/Rows.module.css';
import { download } from '../shared/saving.ts';
import styles from './Presets.module.css';
import { MOST_FILE, MOST_NAME, type Preset, type ReadPresets, shippedSettings } from './preset.ts';
import { SHIPPED } from './shipped.ts';
import { presetsStore } from './store.ts';
import { doneWords, FAILURES, fileWords, settingWords } from './words.ts';

const FILE = 'nucleus-presets.json';

/** For actions, and the way out of the dialog. */
function useActs() {
  const stores = useStores();
  return { acts: presetsStore.of(stores).getState(), close: () => stores.view.getState().close() };
}

function SaveField() {
  const { acts } = useActs();
  const [name, setName] = useState('');
  const [withText, setWithText] = useState(true);
  // The next name may have been begun by then.
  const save = () => void acts.save(name, withText).then(kept => kept && setName(now => (now === name ? '' : now)));
  return (
    <form
      className={styles.line}
      onSubmit={event => {
        event.preventDefault();
        save();
      }}
    >
      <input
        className={styles.field}
        aria-label="Name of the new preset"
        placeholder="A name for these settings"
        maxLength={MOST_NAME}
        autoComplete="off"
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <label className={styles.check}>
        <input type="checkbox" checked={withText} onChange={event => setWithText(event.target.checked)} />
        with the text
      </label>
      <Button variant="primary" disabled={name.trim() === ''} onClick={save}>
        Save
      </Button>
    </form>
  );
}

function NameField({ name, onDone }: { name: string; onDone: (name: string | null) => void }) {
  const [draft, setDraft] = useState(name);
  return (
    <input
      // It takes the place of the name that was pressed.
      ref={field => field?.focus()}
      className={styles.field}
      aria-label="Name of the preset"
      maxLength={MOST_NAME}
      value={draft}
      onChange={event => setDraft(event.target.value)}
      onBlur={() => onDone(draft)}
      onKeyDown={event => {
        if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
        event.preventDefault();
        event.stopPropagation();
        onDone(event.key === 'Enter' ? draft : null);
      }}
    />
  );
}

function Row({ preset }: { preset: Preset }) {
  const { acts, close } = useActs();
  const [naming, setNaming] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const { id, name, text } = preset;
  return (
    <li ref={row} className={list.row}>
      <div className={list.words} translate="no">
        {naming ? (
          <NameField
            name={name}
            onDone={typed => {
              setNaming(false);
              if (typed !== null && typed !== name) void acts.rename(id, typed);
              focusBack(() => row.current?.querySelector<HTMLElement>('[aria-label^="Rename"]'));
            }}
          />
        ) : (
          <strong className={styles.name}>{name}</strong>
        )}
        {text !== null && <span className={styles.text}>{inLine(text.slice(0, 120))}</span>}
        <span className={styles.facts}>{settingWords(preset)}</span>
      </div>
      <div className={styles.acts}>
        <Button
          aria-label={`Use ${name}`}
          onClick={() => {
            void acts.use(preset);
            if (text !== null) close();
          }}
        >
          Use
        </Button>
        <Button variant="quiet" aria-label={`Rename ${name}`} onClick={() => setNaming(true)}>
          Rename
        </Button>
        <Button
          variant="quiet"
          aria-label={`Export ${name}`}
          onClick={() => download(FILE, 'application/json', acts.exported(id))}
        >
          Export
        </Button>
        <Button variant="quiet" aria-label={`Delete ${name}`} onClick={() => void acts.remove(id)}>
          Delete
        </Button>
      </div>
    </li>
  );
}

function ShippedRow({ preset }: { preset: (typeof SHIPPED)[number] }) {
  const { acts, close } = useActs();
  const { name, meaning, text } = preset;
  const settings = shippedSettings(preset);
  return (
    <li className={list.row}>
      <div className={list.words}>
        <strong className={styles.name}>{name}</strong>
        <span>{meaning}</span>
        <span className={styles.facts}>{settingWords({ settings })}</span>
      </div>
      <div className={styles.acts}>
        <Button
          aria-label={`Use ${name}`}
          onClick={() => {
            void acts.use({ name, text, settings });
            if (text !== null) close();
          }}
        >
          Use
        </Button>
      </div>
    </li>
  );
}

function Files({ some }: { some: boolean }) {
  const { acts } = useActs();
  const [said, setSaid] = useState('');
  const take = async (files: readonly File[]): Promise<void> => {
    const words: string[] = [];
    for (const file of files) {
      const large: ReadPresets = { ok: false, why: 'too_large' };
      words.push(fileWords(inLine(file.name), file.size > MOST_FILE ? large : await acts.imported(await file.text())));
    }
    setSaid(words.join(' '));
  };
  return (
    <div className={styles.line}>
      <FileButton label="Files of presets" multiple onFiles={files => void take(files)}>
        Import
      </FileButton>
      <Button icon="download" disabled={!some} onClick={() => download(FILE, 'application/json', acts.exported('all'))}>
        Export all
      </Button>
      <span role="status" className={styles.facts}>
        {said}
      </span>
    </div>
  );
}

function Said() {
  const { acts } = useActs();
  const done = useFeature(presetsStore, s => s.done);
  const failed = useFeature(presetsStore, s => s.failed);
  if (failed !== '') {
    return (
      <Notice tone="bad" onDismiss={acts.dismiss}>
        {FAILURES[failed]}
      </Notice>
    );
  }
  if (done === null) return null;
  const { text, back } = doneWords(done);
  return (
    <div role="status">
      <Notice
        tone="hint"
        action={<Button onClick={() => void acts.takeBack()}>{back}</Button>}
        onDismiss={acts.dismiss}
      >
        {text}
      </Notice>
    </div>
  );
}

export function Presets() {
  const presets = useFeature(presetsStore, s => s.presets);
  const [own, shipped] = [useId(), useId()];
  return (
    <section className={styles.panel} aria-label="All presets">
      <SaveField />
      <Said />
      <h3 id={own}>Yours</h3>
      {presets?.length === 0 && (
        <p className={list.quiet}>Settings that you save by name stand here, with their text or without it.</p>
      )}
      <ul className={list.rows} aria-labelledby={own}>
        {presets?.map(preset => (
          <Row key={preset.id} preset={preset} />
        ))}
      </ul>
      <Files some={(presets?.length ?? 0) > 0} />
      <h3 id={shipped}>With the page</h3>
      <ul className={list.rows} aria-labelledby={shipped}>
        {SHIPPED.map(preset => (
          <ShippedRow key={preset.name} preset={preset} />
        ))}
      </ul>
    </section>
  );
}
