// The page: one surface for the text, one column to look inside.
import { Actions } from '../features/editor/Actions.tsx';
import { Surface } from '../features/editor/Surface.tsx';
import { useStores, useView } from '../stores/react.ts';
import type { Dialog as DialogName } from '../stores/view.ts';
import { Dialog } from '../ui/controls/Dialog.tsx';
import { NARROW, useMedia } from '../ui/controls/useMedia.ts';
import { ACTION_DIALOGS, shortcuts } from './actionParts.ts';
import { Header } from './Header.tsx';
import { Later } from './Later.tsx';
import { useTheme } from './theme.ts';
import { DIALOG_VIEWS, PARTS } from './views.ts';

const wantsDebug = new URLSearchParams(location.search).has('debug');

function useClose(): (dialog: DialogName) => () => void {
  const { view } = useStores();
  return dialog => () => view.getState().closeOf(dialog);
}

function Sheets() {
  const dialog = useView(s => s.dialog);
  const close = useClose();
  return (
    <>
      <Dialog variant="sheet" title="Look inside" open={dialog === 'inspector'} onClose={close('inspector')}>
        <Later load={PARTS.sheet} name="Views" />
      </Dialog>
      <Dialog variant="sheet" title="Settings" open={dialog === 'settings'} onClose={close('settings')}>
        <div className="shell-live">
          <Later load={PARTS.live} />
          <Later load={PARTS.settings} name="Settings" />
        </div>
      </Dialog>
    </>
  );
}

function Dialogs() {
  const open = useView(s => s.dialog);
  const close = useClose();
  return [...DIALOG_VIEWS, ...ACTION_DIALOGS].map(each => (
    <Dialog key={each.key} variant={each.variant} title={each.title} open={open === each.key} onClose={close(each.key)}>
      <Later load={each.load} name={each.title} />
    </Dialog>
  ));
}

export function App() {
  useTheme();
  const narrow = useMedia(NARROW);
  return (
    <>
      <div className="shell">
        <Header />
        <main className="shell-main">
          <div className="shell-top">
            <Later load={PARTS.blocked} />
            <Later load={PARTS.newer} />
            <Later load={PARTS.kept} />
            <Later load={PARTS.opened} />
            <Later load={PARTS.find} />
          </div>
          <div className="shell-surface">
            <Surface />
          </div>
          <div className="shell-foot">
            <div className="shell-message">
              <Later load={PARTS.loading} />
              <Later load={PARTS.messages} />
              <Later load={PARTS.commands} />
            </div>
            {narrow && (
              <div className="shell-strip">
                <Later load={PARTS.selected} name="The selected token" />
              </div>
            )}
            <div className="shell-bar">
              <Actions specials={<Later load={PARTS.specials} />}>
                <Later load={PARTS.fromHere} />
              </Actions>
              <Later load={PARTS.legend} />
            </div>
            <div className="shell-examples">
              <Later load={PARTS.examples} />
            </div>
          </div>
        </main>
        {!narrow && <Later load={PARTS.side} name="Views" />}
        <footer className="shell-status">
          <Later load={PARTS.status} />
        </footer>
      </div>
      <div role="status" aria-live="polite" className="visually-hidden">
        <Later load={PARTS.announcer} />
      </div>
      {narrow && <Sheets />}
      <Dialogs />
      <Later load={shortcuts} />
      <Later load={PARTS.card} />
      <Later load={PARTS.tour} />
      {wantsDebug && <Later load={PARTS.debug} name="The debug panel" />}
      <Later load={PARTS.drop} />
    </>
  );
}
