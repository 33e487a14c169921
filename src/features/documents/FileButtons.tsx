// Documents out of the page and into it: all of them as a file, and the files of others or of another browser.
import { useState } from 'react';
import { useDocuments } from '../../stores/react.ts';
import { type DocumentActs, FILE_END } from '../../stores/saved/documents.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { FileButton } from '../../ui/controls/FileButton.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { download } from '../shared/saving.ts';
import styles from './Documents.module.css';
import { importFiles } from './importing.ts';

/** A file named after what it holds: letters and numbers alone, so nothing in a title leads out of the folder or turns the ending round. */
export function fileName(title: string): string {
  const plain = title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return `${plain || 'documents'}${FILE_END}`;
}

/** As a file named after `title`; where the browser does not give them it is said above the text. */
export async function exportDocuments(
  acts: DocumentActs | null,
  ids: readonly string[] | 'all',
  title: string,
): Promise<void> {
  const json = (await acts?.exported(ids)) ?? null;
  if (json !== null) download(fileName(title), 'application/json', json);
}

export function FileButtons({ some }: { some: boolean }) {
  const acts = useDocuments(s => s.acts);
  const [said, setSaid] = useState<{ readonly words: string; readonly bad: boolean } | null>(null);
  const take = async (files: readonly File[]): Promise<void> => setSaid(await importFiles(acts, files));
  return (
    <>
      <div className={styles.files}>
        <FileButton label="Files of documents" multiple onFiles={files => void take(files)}>
          Import
        </FileButton>
        <Button icon="download" disabled={!some} onClick={() => void exportDocuments(acts, 'all', 'nucleus-documents')}>
          Export all
        </Button>
      </div>
      {said !== null && (
        <div role="status">
          <Notice tone={said.bad ? 'warn' : 'hint'} onDismiss={() => setSaid(null)}>
            {said.words}
          </Notice>
        </div>
      )}
    </>
  );
}
