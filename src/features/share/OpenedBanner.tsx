// Above the text: that it came from elsewhere, and the ways to one's own text and to a replay.
import { useDocuments, useModel, useStores } from '../../stores/react.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import styles from './OpenedBanner.module.css';
import { useShare, useShareStore } from './useShare.ts';

export function OpenedBanner() {
  const { view } = useStores();
  const share = useShareStore();
  const opened = useShare(s => s.opened);
  const waiting = useShare(s => s.waiting);
  const document = useDocuments(s => s.id);
  const here = useModel(s => (s.load.status === 'ready' ? s.load.model.name : ''));
  const show = () => {
    share.getState().setPane('open');
    view.getState().open('share');
  };
  if (waiting) {
    return (
      <aside className={styles.banner} aria-label="Shared text">
        <p>A shared text opens as soon as the model is ready.</p>
        <Button onClick={show}>Show it</Button>
      </aside>
    );
  }
  if (opened === null || opened.document !== document) return null;
  return (
    <aside className={styles.banner} aria-label="Shared text">
      <p>
        This text came from a {opened.from}, with its settings and seeds; it is a document of its own.
        {!opened.exact && ` Its token ids were made anew for ${here}: ${opened.model} had others.`}
      </p>
      <div className={styles.actions}>
        {opened.exact && <Button onClick={show}>Replay</Button>}
        <Button onClick={() => void share.getState().back()}>Back to my text</Button>
        <IconButton icon="close" label="Dismiss" onClick={() => share.getState().dismissOpened()} />
      </div>
    </aside>
  );
}
