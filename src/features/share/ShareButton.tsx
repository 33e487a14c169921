// In the head of the page: the way to links, files and what others have shared.
import { useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import styles from './Share.module.css';

export function ShareButton() {
  const { view } = useStores();
  return (
    <Button
      variant="quiet"
      icon="share"
      className={styles.button}
      aria-label="Share and export"
      title="Share and export"
      aria-haspopup="dialog"
      onClick={() => view.getState().open('share')}
    >
      Share
    </Button>
  );
}
