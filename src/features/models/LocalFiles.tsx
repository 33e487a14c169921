// A model from this computer: a folder or single files, by picker.
import { type ChangeEvent, useId, useRef, useState } from 'react';
import { openFiles } from '../../stores/model/opening.ts';
import { isComing } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { useAsked } from './asked.ts';
import { LoadTrouble } from './LoadTrouble.tsx';
import styles from './Models.module.css';
import { OpenedModels } from './OpenedModels.tsx';

export function LocalFiles() {
  const stores = useStores();
  const busy = useModel(isComing);
  const [keep, setKeep] = useState(true);
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const { ask } = useAsked('files');
  const open = (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = [...(event.target.files ?? [])];
    event.target.value = '';
    if (chosen.length === 0) return;
    ask();
    void openFiles(stores, chosen, keep);
  };
  return (
    <section className={styles.section} aria-label="From this computer">
      <h3>From this computer</h3>
      <p className={styles.quiet}>
        A GGUF file, or a folder of several to choose from; or config.json, the tokenizer and model.safetensors or
        pytorch_model.bin, or shards with their index. Or drop them anywhere on the page.
      </p>
      <div className={styles.line}>
        <Button ref={button} icon="folder" disabled={busy} onClick={() => folder.current?.click()}>
          Open a folder
        </Button>
        <Button icon="file" disabled={busy} onClick={() => files.current?.click()}>
          Open files
        </Button>
        <label className={styles.check} htmlFor={id}>
          <input id={id} type="checkbox" checked={keep} onChange={event => setKeep(event.target.checked)} />
          keep a copy in this browser
        </label>
        <input
          ref={folder}
          type="file"
          hidden
          aria-label="Folder of a model"
          webkitdirectory=""
          multiple
          onChange={open}
        />
        <input
          ref={files}
          type="file"
          hidden
          aria-label="Files of a model"
          accept=".json,.safetensors,.bin,.gguf,.model,.txt"
          multiple
          onChange={open}
        />
      </div>
      <OpenedModels keep={keep} onClosed={() => button.current?.focus()} />
      <LoadTrouble at="files" />
    </section>
  );
}
