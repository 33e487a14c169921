// The head of the page: its name, the model in use, sharing, keys and theme.
import { ShareButton } from '../features/share/ShareButton.tsx';
import { useStores, useView } from '../stores/react.ts';
import { THEMES, type Theme } from '../stores/view.ts';
import { Button, IconButton } from '../ui/controls/Button.tsx';
import type { IconName } from '../ui/controls/Icon.tsx';
import styles from './Header.module.css';
import { Later } from './Later.tsx';
import { keepTheme } from './theme.ts';
import { PARTS } from './views.ts';

const THEME_ICONS: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'sun', dark: 'moon' };

function ThemeButton() {
  const theme = useView(s => s.theme);
  const setTheme = useView(s => s.setTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  return (
    <IconButton
      icon={THEME_ICONS[theme]}
      label={`Theme: ${theme}. Change to ${next}`}
      onClick={() => {
        keepTheme(next);
        setTheme(next);
      }}
    />
  );
}

/** Falling bars with the tail paler than the rest: the nucleus of a distribution. */
function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" className={styles.mark}>
      <rect x="1" y="2" width="3.5" height="16" rx="1" />
      <rect x="6" y="7" width="3.5" height="11" rx="1" />
      <rect x="11" y="11" width="3.5" height="7" rx="1" />
      <rect x="16" y="15" width="3" height="3" rx="1" opacity=".4" />
    </svg>
  );
}

export function Header() {
  const { view } = useStores();
  return (
    <header className="shell-head">
      <h1 className={styles.name}>
        <Mark />
        <span>Nucleus</span>
      </h1>
      <Later load={PARTS.title} />
      <Later load={PARTS.model} />
      <span className={styles.space} />
      <ShareButton />
      <Button variant="quiet" aria-label="Keys" title="Keys" onClick={() => view.getState().open('keys')}>
        ?
      </Button>
      <ThemeButton />
    </header>
  );
}
