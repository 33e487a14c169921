// Files dropped anywhere on the page: shown, then opened once a person agrees; several models are listed among those of this computer.
import { useCallback, useEffect, useState } from 'react';
import { formatBytes } from '../../lib/format.ts';
import { offerFiles, openFiles } from '../../stores/model/opening.ts';
import { isComing } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Dialog } from '../../ui/controls/Dialog.tsx';
import styles from './DropZone.module.css';
import { droppedFiles } from './dropped.ts';
import models from './Models.module.css';

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** True while files hover over the page; gives what is dropped to `onFiles`. */
function useDrop(onFiles: (files: File[]) => Promise<void>): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setOver(false);
      if (!event.dataTransfer || !carriesFiles(event)) return;
      event.preventDefault();
      void droppedFiles(event.dataTransfer).then(onFiles, () => onFiles([]));
    };
    document.addEventListener('dragover', onOver);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, [onFiles]);
  return over;
}

/** `claim` takes files that are no model; then nothing is asked here. */
export function DropZone({ claim }: { claim: (files: readonly File[]) => boolean }) {
  const stores = useStores();
  const busy = useModel(isComing);
  /** What was dropped, while it is asked about. */
  const [files, setFiles] = useState<readonly File[] | null>(null);
  const [keep, setKeep] = useState(true);
  const take = useCallback(
    async (dropped: File[]) => {
      if (claim(dropped)) return;
      const listed = await offerFiles(stores, dropped);
      setFiles(listed ? null : dropped);
      if (listed) stores.view.getState().open('models');
    },
    [claim, stores],
  );
  const over = useDrop(take);
  const close = () => setFiles(null);
  const open = () => {
    stores.view.getState().close();
    void openFiles(stores, files ?? [], keep);
    close();
  };
  const bytes = files?.reduce((sum, file) => sum + file.size, 0) ?? 0;
  return (
    <>
      {over && (
        <div className={styles.over} aria-hidden="true">
          <p>Drop the files of a model, or an exported run</p>
        </div>
      )}
      <Dialog open={files?.length === 0} title="Nothing to open" onClose={close}>
        <p>
          In what was dropped there is no file that can be read. A model is a GGUF file, or a folder with config.json, a
          tokenizer and weights.
        </p>
      </Dialog>
      <Dialog open={files !== null && files.length > 0} title="Open these files" onClose={close}>
        <div className={models.models}>
          <table className={models.files}>
            <caption className="visually-hidden">Files</caption>
            <tbody>
              {files?.slice(0, 12).map(file => (
                <tr key={file.name}>
                  <th scope="row" className="mono">
                    {file.name}
                  </th>
                  <td className="num">{formatBytes(file.size)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <label className={models.check}>
            <input type="checkbox" checked={keep} onChange={event => setKeep(event.target.checked)} />
            keep a copy in this browser
          </label>
          <div className={models.line}>
            <Button variant="primary" disabled={busy} onClick={open}>
              Open {formatBytes(bytes)}
            </Button>
            <Button variant="quiet" onClick={close}>
              Not now
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
