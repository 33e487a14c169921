// A part of the page that is fetched when it is first opened: a word while it comes, and where it does not come, why and the way on.
import { type ComponentType, useCallback, useEffect, useState } from 'react';
import { Button } from '../ui/controls/Button.tsx';
import styles from './Later.module.css';

export type Load = () => Promise<ComponentType>;

/** What has come stays for the life of the page. */
const here = new WeakMap<Load, ComponentType>();

/** A component, null while it is on its way, or why it did not come; and another try. */
function useLoaded(load: Load): [ComponentType | null, Error | null, () => void] {
  const [failed, setFailed] = useState<{ load: Load; error: Error } | null>(null);
  const [tries, setTries] = useState(0);
  const [, setCame] = useState<Load | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every try is a load of its own.
  useEffect(() => {
    if (here.has(load)) return;
    let wanted = true;
    load().then(
      View => {
        here.set(load, View);
        if (wanted) setCame(() => load);
      },
      (thrown: unknown) => {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        if (wanted) setFailed({ load, error });
      },
    );
    return () => {
      wanted = false;
    };
  }, [load, tries]);
  const again = useCallback(() => {
    setFailed(null);
    setTries(count => count + 1);
  }, []);
  return [here.get(load) ?? null, failed?.load === load ? failed.error : null, again];
}

/** @param name begins a sentence: `Lens`. Without one nothing is said, and what did not come is tried again with the network or the focus. */
export function Later({ load, name }: { load: Load; name?: string }) {
  const [View, error, again] = useLoaded(load);
  useEffect(() => {
    if (error === null || name !== undefined) return;
    window.addEventListener('online', again);
    window.addEventListener('focus', again);
    return () => {
      window.removeEventListener('online', again);
      window.removeEventListener('focus', again);
    };
  }, [error, name, again]);
  if (View !== null) return <View />;
  if (name === undefined) return null;
  return error === null ? (
    <p className={styles.coming} aria-busy="true">
      Opening {name}…
    </p>
  ) : (
    <NotFetched name={name} again={again} />
  );
}

function NotFetched({ name, again }: { name: string; again: () => void }) {
  return (
    <div className={styles.failed} role="alert">
      <p>
        {name} could not be fetched. Either there is no network, or the page was renewed on its server since it was
        opened: then reload it, which keeps your text.
      </p>
      <Button onClick={again}>Try again</Button>
      <Button onClick={() => location.reload()}>Reload the page</Button>
    </div>
  );
}
