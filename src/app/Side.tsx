// The column beside the text, or the sheet of a phone: one of several views, and the settings below it or, in a wide window, beside it.

import { useRoom, useRoomStore } from '../features/shared/room.ts';
import { useModel, useStores, useView } from '../stores/react.ts';
import { IconButton } from '../ui/controls/Button.tsx';
import { Tabs } from '../ui/controls/Tabs.tsx';
import { useFold } from './folds.ts';
import { Introduction } from './Introduction.tsx';
import { Later } from './Later.tsx';
import styles from './Side.module.css';
import { SideSettings } from './SideSettings.tsx';
import { SideSplitter } from './Splitters.tsx';
import { NO_INSIDE, SIDE_VIEWS, type SideView } from './sideViews.ts';

/** The view that is chosen; the first one where the kept choice has none. */
function useSideView(): SideView | undefined {
  const side = useView(s => s.side);
  return SIDE_VIEWS.find(({ key }) => key === side) ?? SIDE_VIEWS[0];
}

/** Share of the window that a widened column takes. */
const WIDENED = 0.6;

/** Tabs over the chosen view; only that one is mounted, so a view that is closed costs nothing. */
function SideViews({ narrow = false }: { narrow?: boolean }) {
  const { view } = useStores();
  const room = useRoomStore();
  const wide = useRoom(s => (s.widths.side ?? 0) >= WIDENED);
  const chosen = useSideView();
  const server = useModel(s => s.load.status === 'ready' && s.load.model.server !== undefined);
  if (!chosen) return null;
  return (
    <Tabs
      label="Views"
      tabs={SIDE_VIEWS}
      value={chosen.key}
      onChange={side => view.getState().setSide(side)}
      aside={
        !narrow && (
          <IconButton
            icon={wide ? 'narrow' : 'widen'}
            label={wide ? 'Narrow this column' : 'Widen this column'}
            aria-pressed={wide}
            className={styles.widen}
            onClick={() => room.getState().setWidth('side', wide ? null : WIDENED)}
          />
        )
      }
    >
      <div className={styles.view}>
        <Introduction />
        <Later key={chosen.key} load={chosen.inside && server ? NO_INSIDE : chosen.load} name={chosen.label} />
      </div>
    </Tabs>
  );
}

/** In the sheet of a phone. */
export function SheetViews() {
  return <SideViews narrow />;
}

export function Side() {
  const { folded, beside } = useFold();
  return (
    <aside className="shell-side" aria-label="Look inside" data-folded={folded} data-beside={beside}>
      <div className="shell-views">
        <SideSplitter />
        <SideViews />
      </div>
      <div className="shell-settings">
        <SideSettings />
      </div>
    </aside>
  );
}
