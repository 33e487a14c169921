// Taking the text along: a link, a file, and what others have shared.
import { Tabs } from '../../ui/controls/Tabs.tsx';
import { ExportPane } from './ExportPane.tsx';
import { LinkPane } from './LinkPane.tsx';
import { OpenPane } from './OpenPane.tsx';
import styles from './Share.module.css';
import { useShare, useShareStore } from './useShare.ts';

const PANES = [
  { key: 'link', label: 'Link' },
  { key: 'export', label: 'Export a file' },
  { key: 'open', label: 'Open and replay' },
] as const;

export function Share() {
  const share = useShareStore();
  const pane = useShare(s => s.pane);
  return (
    <div className={styles.dialog}>
      <Tabs label="Ways" tabs={PANES} value={pane} onChange={key => share.getState().setPane(key)}>
        {pane === 'link' && <LinkPane />}
        {pane === 'export' && <ExportPane />}
        {pane === 'open' && <OpenPane />}
      </Tabs>
    </div>
  );
}
