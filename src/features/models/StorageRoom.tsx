// What the browser allows this page to keep, how much of it is taken, and whether it may clear it by itself.
import { useCallback, useEffect, useState } from 'react';
import { formatBytes } from '../../lib/format.ts';
import { Button } from '../../ui/controls/Button.tsx';
import styles from './Models.module.css';

interface Room {
  /** Bytes. */
  readonly usage: number;
  readonly quota: number;
  /** Kept until a person deletes it. */
  readonly persisted: boolean;
}

/** Null where the browser does not say. */
export async function readRoom(storage: Pick<StorageManager, 'estimate' | 'persisted'>): Promise<Room | null> {
  try {
    const { usage = 0, quota = 0 } = await storage.estimate();
    return quota > 0 ? { usage, quota, persisted: await storage.persisted() } : null;
  } catch {
    return null;
  }
}

/** @param refused the browser was asked and would not promise to keep it */
export function RoomWords({ room, refused, onAsk }: { room: Room; refused: boolean; onAsk: () => void }) {
  return (
    <p className={styles.quiet}>
      The browser allows this page {formatBytes(room.quota)}, of which {formatBytes(room.usage)} are taken, documents
      included.{' '}
      {room.persisted ? (
        'It keeps them until you delete them.'
      ) : (
        <>
          {refused
            ? 'It would not promise to keep them: when its disk is full it may clear them. A page that is installed or bookmarked is kept sooner.'
            : 'When its disk is full it may clear them.'}{' '}
          <Button variant="quiet" onClick={onAsk}>
            Ask it to keep them
          </Button>
        </>
      )}
    </p>
  );
}

/** @param stored another one whenever what is stored has changed */
export function StorageRoom({ stored }: { stored: unknown }) {
  const [room, setRoom] = useState<Room | null>(null);
  const [refused, setRefused] = useState(false);
  const look = useCallback(async () => setRoom(await readRoom(navigator.storage)), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is stored is what it looks at
  useEffect(() => void look(), [look, stored]);
  if (room === null) return null;
  const ask = async (): Promise<void> => {
    setRefused(!(await navigator.storage.persist().catch(() => false)));
    await look();
  };
  return <RoomWords room={room} refused={refused} onAsk={() => void ask()} />;
}
