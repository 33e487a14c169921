// Where the pulse is, and whether it goes on by itself.
import { useEffect, useState } from 'react';

/** Milliseconds at a station: a whole pass takes some seconds, however many layers there are. */
const PASS_MS = 9000;
const FASTEST_MS = 120;
const SLOWEST_MS = 700;

interface Pulse {
  readonly at: number;
  readonly playing: boolean;
  go(at: number): void;
  play(): void;
  pause(): void;
}

export function usePulse(stations: number): Pulse {
  const [wanted, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const at = Math.max(0, Math.min(wanted, stations - 1));
  const ended = at >= stations - 1;
  useEffect(() => {
    if (!playing) return;
    if (ended) {
      setPlaying(false);
      return;
    }
    const ms = Math.max(FASTEST_MS, Math.min(SLOWEST_MS, PASS_MS / stations));
    const timer = setTimeout(() => setAt(at + 1), ms);
    return () => clearTimeout(timer);
  }, [playing, ended, at, stations]);
  return {
    at,
    playing,
    go: next => {
      setPlaying(false);
      setAt(next);
    },
    play: () => {
      if (ended) setAt(0);
      setPlaying(true);
    },
    pause: () => setPlaying(false),
  };
}
