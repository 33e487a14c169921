// The page: one surface for the text, one column to look inside.
import { lazy, Suspense } from 'react';
import { Actions } from '../features/editor/Actions.tsx';
import { Examples } from '../features/editor/Examples.tsx';
import { Legend } from '../features/editor/Legend.tsx';
import { Messages } from '../features/editor/Messages.tsx';
import { Surface } from '../features/editor/Surface.tsx';
import { DropZone } from '../features/models/DropZone.tsx';
import { LoadStrip } from '../features/models/LoadStrip.tsx';
import { ModelsDialog } from '../features/models/ModelsDialog.tsx';
import { SelectedStrip } from '../features/probabilities/SelectedStrip.tsx';
import { Settings } from '../features/settings/Settings.tsx';
import { OpenedBanner } from '../features/share/OpenedBanner.tsx';
import { ShareDialog } from '../features/share/ShareDialog.tsx';
import { isRunFile, shareStore } from '../features/share/store.ts';
import { Announcer } from '../features/status/Announcer.tsx';
import { StatusLine } from '../features/status/StatusLine.tsx';
import { useStores, useView } from '../stores/react.ts';
import type { Stores } from '../stores/stores.ts';
import { Dialog } from '../ui/controls/Dialog.tsx';
import { NARROW, useMedia } from '../ui/controls/useMedia.ts';
import { Blocked } from './Blocked.tsx';
import { Header } from './Header.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { Side, SideViews } from './Side.tsx';
import { useTheme } from './theme.ts';
import { useShortcuts } from './useShortcuts.ts';

const Debug = lazy(async () => ({ default: (await import('../features/debug/Debug.tsx')).Debug }));
const wantsDebug = new URLSearchParams(location.search).has('debug');

function Sheets() {
  const { view } = useStores();
  const dialog = useView(s => s.dialog);
  const close = () => view.getState().close();
  return (
    <>
      <Dialog variant="sheet" title="Look inside" open={dialog === 'inspector'} onClose={close}>
        <SideViews narrow />
      </Dialog>
      <Dialog variant="sheet" title="Settings" open={dialog === 'settings'} onClose={close}>
        <Settings />
      </Dialog>
    </>
  );
}

/** A run among dropped files is shown where runs are opened. */
function claimRun(stores: Stores, files: readonly File[]): boolean {
  const [file] = files;
  if (!isRunFile(files) || file === undefined) return false;
  stores.view.getState().open('share');
  void shareStore.of(stores).getState().readFile(file);
  return true;
}

export function App() {
  useTheme();
  useShortcuts();
  const narrow = useMedia(NARROW);
  const stores = useStores();
  return (
    <>
      <div className="shell">
        <Header />
        <main className="shell-main">
          <div className="shell-top">
            <Blocked />
            <OpenedBanner />
          </div>
          <div className="shell-surface">
            <Surface />
          </div>
          <div className="shell-foot">
            <div className="shell-message">
              <LoadStrip />
              <Messages />
            </div>
            {narrow && (
              <div className="shell-strip">
                <SelectedStrip />
              </div>
            )}
            <div className="shell-bar">
              <Actions />
              <Legend />
            </div>
            <div className="shell-examples">
              <Examples />
            </div>
          </div>
        </main>
        {!narrow && <Side />}
        <footer className="shell-status">
          <StatusLine />
        </footer>
      </div>
      <Announcer />
      {narrow && <Sheets />}
      <ModelsDialog />
      <ShareDialog />
      <KeysDialog />
      {wantsDebug && (
        <Suspense>
          <Debug />
        </Suspense>
      )}
      <DropZone claim={files => claimRun(stores, files)} />
    </>
  );
}
