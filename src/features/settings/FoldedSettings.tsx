// The settings in one line: what is not as it comes. It opens them again.
import { useSettings } from '../../stores/react.ts';
import { Icon } from '../../ui/controls/Icon.tsx';
import { changedWords } from './changes.ts';
import styles from './FoldedSettings.module.css';

export function FoldedSettings({ unfold }: { unfold: () => void }) {
  const settings = useSettings(s => s.settings);
  const defaults = useSettings(s => s.defaults);
  const seed = useSettings(s => s.seed);
  const words = changedWords(settings, defaults, seed);
  const line = words.length === 0 ? 'all at their defaults' : words.join(' · ');
  return (
    <button type="button" className={styles.bar} aria-expanded={false} title={line} onClick={unfold}>
      <span>Settings</span> <span className={styles.line}>{line}</span> <Icon name="fold" size={12} />
    </button>
  );
}
