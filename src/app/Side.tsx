// The column beside the text, or the sheet of a phone: one of several views, and the settings below it or, in a wide window, beside it.
import { useRoom, useStores, useView } from '../stores/react.ts';
import { IconButton } from '../ui/controls/Button.tsx';
import { Tabs } from '../ui/controls/Tabs.tsx';
import { useFold } from './folds.ts';
import { Later } from './Later.tsx';
import styles from './Side.module.css';
import { PARTS, SIDE_VIEWS, type SideView } from './views.ts';

/** The view that is chosen; the first one where the kept choice has none. */
function useSideView(): SideView | undefined {
  const side = useView(s => s.side);
  return SIDE_VIEWS.find(({ key }) => key === side) ?? SIDE_VIEWS[0];
}

/** Share of the window that a widened column takes. */
const WIDENED = 0.6;

/** Tabs over the chosen view; only that one is mounted, so a view that is closed costs nothing. */
export function SideViews({ narrow = false }: { narrow?: boolean }) {
  const { view, room } = useStores();
  const wide = useRoom(s => (s.widths.side ?? 0) >= WIDENED);
  const chosen = useSideView();
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
        <Later load={PARTS.introduction} />
        <Later key={chosen.key} load={chosen.load} name={chosen.label} />
      </div>
    </Tabs>
  );
}

export function Side() {
  const { folded, beside } = useFold();
  return (
    <aside className="shell-side" aria-label="Look inside" data-folded={folded} data-beside={beside}>
      <div className="shell-views">
        <Later load={PARTS.split} />
        <SideViews />
      </div>
      <div className="shell-settings">
        <Later load={PARTS.sideSettings} name="Settings" />
      </div>
    </aside>
  );
}
