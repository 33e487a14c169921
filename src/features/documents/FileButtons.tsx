// Documents out of the page and into it: all of them as a file, and the files of others or of another browser.
import { useState } from 'react';
import { inLine } from '../../lib/shapeless.ts';
import { useDocuments } from '../../stores/react.ts';
import { MOST_FILE } from '../../stores/saved/document-files.ts';
import { FILE_END, type Imported } from '../../stores/saved/documents.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { FileButton } from '../../ui/controls/FileButton.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { refusalWords } from '../shared/jsonFile.ts';
import { download } from '../shared/saving.ts';
import styles from './Documents.module.css';

/** A file named after what it holds: letters and numbers alone, so nothing in a title leads out of the folder or turns the ending round. */
export function fileName(title: string): string {
  const plain = title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return `${plain || 'documents'}${FILE_END}`;
}

export function downloadDocuments(title: string, json: string): void {
  download(fileName(title), 'application/json', json);
}

const TOO_LARGE: Imported = { added: 0, refused: 0, why: 'too_large' };

const count = (documents: number): string => `${documents} ${documents === 1 ? 'document' : 'documents'}`;

function words(name: string, { added, refused, why }: Imported): string {
  if (why !== null)
    return refusalWords(name, why, 'holds no documents. A run that was exported as JSON opens with Share.');
  return `${count(added)} from ${name}${refused === 0 ? '' : `; ${count(refused)} in it cannot be read`}.`;
}

export function FileButtons({ some }: { some: boolean }) {
  const acts = useDocuments(s => s.acts);
  const [said, setSaid] = useState<{ readonly text: string; readonly bad: boolean } | null>(null);
  const take = async (files: readonly File[]): Promise<void> => {
    const each: string[] = [];
    let bad = false;
    for (const file of files) {
      const name = inLine(file.name);
      const imported = file.size > MOST_FILE ? TOO_LARGE : await acts?.imported(await file.text()).catch(() => null);
      bad ||= !imported || imported.why !== null || imported.refused > 0;
      each.push(imported ? words(name, imported) : `${name} could not be kept: the storage is full or closed.`);
    }
    setSaid({ text: each.join(' '), bad });
  };
  return (
    <>
      <div className={styles.files}>
        <FileButton label="Files of documents" multiple onFiles={files => void take(files)}>
          Import
        </FileButton>
        <Button
          icon="download"
          disabled={!some}
          onClick={() => void acts?.exported('all').then(json => downloadDocuments('nucleus-documents', json))}
        >
          Export all
        </Button>
      </div>
      {said !== null && (
        <div role="status">
          <Notice tone={said.bad ? 'warn' : 'hint'} onDismiss={() => setSaid(null)}>
            {said.text}
          </Notice>
        </div>
      )}
    </>
  );
}
