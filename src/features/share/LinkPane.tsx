// A link that holds the text: made when this pane opens, bounded, and read by nobody but the page it opens.
import { useEffect } from 'react';
import { formatCount } from '../../lib/format.ts';
import { useDocument, useModel, useSettings } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { CopyButton } from '../shared/CopyButton.tsx';
import styles from './Share.module.css';
import { useShare, useShareStore } from './useShare.ts';

/** Some programs that carry links cut longer ones. */
const SAFE = 2000;

export function LinkPane() {
  const share = useShareStore();
  const link = useShare(s => s.link);
  const ready = useModel(s => s.load.status === 'ready');
  const revision = useDocument(s => s.revision);
  const settings = useSettings(s => s.settings);
  const seed = useSettings(s => s.seed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the link holds is what makes it anew.
  useEffect(() => {
    if (ready) void share.getState().makeLink();
  }, [share, ready, revision, settings, seed]);
  const address = link.status === 'ready' ? new URL(link.fragment, location.href).href : '';
  return (
    <div className={styles.pane}>
      <p>
        The link holds the text with its token ids, the settings, the seeds and the name of the model, in the part
        behind <span className="mono">#</span>, which browsers send to no server. Whoever has the link can read the
        text. Opening it runs nothing.
      </p>
      {!ready && <p className={styles.quiet}>A link can be made as soon as a model is there.</p>}
      {link.status === 'too_long' && (
        <Notice tone="warn" action={<Button onClick={() => share.getState().setPane('export')}>Export a file</Button>}>
          This text is too long for a link: it would take {formatCount(link.length)} characters. A file has room for it.
        </Notice>
      )}
      {ready && link.status !== 'too_long' && (
        <>
          <textarea
            className={styles.address}
            aria-label="Link to this text"
            readOnly
            rows={3}
            value={address}
            onFocus={event => event.currentTarget.select()}
          />
          <div className={styles.line}>
            <CopyButton primary text={() => address}>
              Copy the link
            </CopyButton>
            {address !== '' && (
              <span className={styles.quiet}>
                {formatCount(address.length)} characters
                {address.length > SAFE && ': some programs cut links this long, a file is safer'}
              </span>
            )}
          </div>
        </>
      )}
    </div>
  );
}
