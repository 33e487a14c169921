// A profile as state of its pane: how much of it is measured, and what it says. It gives way to a run and is measured anew after it.
import { useCallback, useEffect, useRef, useState } from 'react';
import { debugProfile } from '../../client/debug-requests.ts';
import { asNucleusError } from '../../lib/error.ts';
import type { Profile, ProfiledStep } from '../../protocol/debug.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import { messageFor } from '../../stores/messages.ts';
import { useModel, useStores } from '../../stores/react.ts';

type ProfileState =
  | { readonly status: 'closed' | 'stopped' }
  | { readonly status: 'working'; readonly share: number }
  | { readonly status: 'ready'; readonly profile: Profile; readonly measured: string }
  | { readonly status: 'failed'; readonly text: string };

export interface Profiling {
  readonly state: ProfileState;
  measure(of: ProfiledStep): void;
  stop(): void;
}

export function useProfile(): Profiling {
  const { document, settings, work } = useStores();
  const load = useModel(s => s.load);
  const [state, setState] = useState<ProfileState>({ status: 'closed' });
  const running = useRef<AbortController | null>(null);
  // Another model has other numbers.
  useEffect(() => {
    if (load.status !== 'ready') setState({ status: 'closed' });
    return () => {
      running.current?.abort();
      running.current = null;
    };
  }, [load]);
  const measure = useCallback(
    async (of: ProfiledStep) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      const set = (next: ProfileState) => running.current === controller && setState(next);
      set({ status: 'working', share: 0 });
      const tokens = idsOf(document.getState().tokens);
      const asked = { tokens, of, settings: settings.getState().settings };
      const progress = (share: number) => set({ status: 'working', share });
      try {
        const profile = await work.scheduler.view(
          signal => debugProfile(work.client, asked, progress, signal),
          controller.signal,
        );
        set({ status: 'ready', profile, measured: new Date().toISOString() });
      } catch (error) {
        const { code, message, detail } = asNucleusError(error);
        if (code === 'cancelled') set({ status: 'stopped' });
        else set({ status: 'failed', text: messageFor({ code, message, detail }).text });
      }
    },
    [document, settings, work],
  );
  return { state, measure: of => void measure(of), stop: () => running.current?.abort() };
}
