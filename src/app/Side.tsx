// The column beside the text, or the sheet of a phone: one of several views, and the settings below it.
import { useState } from 'react';
import { useStores, useView } from '../stores/react.ts';
import { IconButton } from '../ui/controls/Button.tsx';
import { Icon } from '../ui/controls/Icon.tsx';
import { Tabs } from '../ui/controls/Tabs.tsx';
import { LOW, useMedia } from '../ui/controls/useMedia.ts';
import { Later } from './Later.tsx';
import styles from './Side.module.css';
import { PARTS, SIDE_VIEWS, type SideView } from './views.ts';

/** The view that is chosen; the first one where the kept choice has none. */
function useSideView(): SideView | undefined {
  const side = useView(s => s.side);
  return SIDE_VIEWS.find(({ key }) => key === side) ?? SIDE_VIEWS[0];
}

/** Tabs over the chosen view; only that one is mounted, so a view that is closed costs nothing. */
export function SideViews({ narrow = false }: { narrow?: boolean }) {
  const { view } = useStores();
  const wide = useView(s => s.wide);
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
            onClick={() => view.getState().setWide(!wide)}
          />
        )
      }
    >
      <Later key={chosen.key} load={chosen.load} name={chosen.label} />
    </Tabs>
  );
}

/** Below the token the settings are always there, since they shape its distribution; below the other views and in a low window a bar unfolds them. */
function SideSettings({ folded }: { folded: boolean }) {
  const [open, setOpen] = useState(false);
  if (!folded) return <Later load={PARTS.settings} name="Settings" />;
  return (
    <div className={styles.fold} data-open={open}>
      <button type="button" className={styles.bar} aria-expanded={open} onClick={() => setOpen(!open)}>
        Settings <Icon name="down" size={12} />
      </button>
      {open && <Later load={PARTS.settings} name="Settings" />}
    </div>
  );
}

export function Side() {
  const wide = useView(s => s.wide);
  const low = useMedia(LOW);
  const folded = useSideView()?.key !== 'token' || low;
  return (
    <aside className="shell-side" aria-label="Look inside" data-wide={wide} data-folded={folded}>
      <SideViews />
      <SideSettings folded={folded} />
    </aside>
  );
}
