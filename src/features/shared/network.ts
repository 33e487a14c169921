// Whether a person has switched the network off, and how often page and workers asked it: as the gate (lib/network.ts) and the service worker tell.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type NetworkNews, networkIsOff, openNews, switchNetwork } from '../../lib/network.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';

interface NetworkState {
  /** Null: not known yet, or this browser keeps nothing, so it cannot be switched. */
  readonly off: boolean | null;
  /** Requests since the page was opened, in all its tabs. */
  readonly asked: number;
  readonly refused: number;
  /** The origin that was refused last. */
  readonly lastRefused: string | null;
  turn(off: boolean): void;
}

interface Surroundings {
  readonly isOff: () => Promise<boolean>;
  readonly turn: (off: boolean) => Promise<void>;
  /** Returns the end of it. */
  readonly hear: (listener: (news: NetworkNews) => void) => () => void;
}

/** One a page, from its start. */
export const networkStore = defineFeatureStore<StoreApi<NetworkState>>(() => createNetworkStore(browserNetwork()));

function browserNetwork(): Surroundings {
  const channel = openNews();
  return {
    isOff: networkIsOff,
    turn: off => switchNetwork(off, channel),
    hear: listener => {
      const heard = ({ data }: MessageEvent<NetworkNews>): void => listener(data);
      channel?.addEventListener('message', heard);
      return () => channel?.close();
    },
  };
}

export function createNetworkStore({ isOff, turn, hear }: Surroundings): Made<StoreApi<NetworkState>> {
  const store = createStore<NetworkState>()(set => ({
    off: null,
    asked: 0,
    refused: 0,
    lastRefused: null,
    turn: off => {
      turn(off).then(
        () => set({ off }),
        () => set({ off: null }),
      );
    },
  }));
  const read = (): void => {
    isOff().then(
      off => store.setState({ off }),
      () => {},
    );
  };
  read();
  const dispose = hear(news => {
    const { asked, refused } = store.getState();
    if (news.type === 'switched') store.setState({ off: news.off });
    else if (news.type === 'asked') store.setState({ asked: asked + 1 });
    else store.setState({ refused: refused + 1, lastRefused: news.address });
  });
  return { store, dispose };
}
