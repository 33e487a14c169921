// A check of every op against the oracle, as state of the panel: what has come, and how it stands.
import { useCallback, useEffect, useRef, useState } from 'react';
import { debugCheck } from '../../client/debug-requests.ts';
import { asNucleusError } from '../../lib/error.ts';
import type { DebugCheck } from '../../protocol/debug.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import { messageFor } from '../../stores/messages.ts';
import { useStores } from '../../stores/react.ts';

type CheckState =
  | { readonly status: 'closed' }
  | {
      readonly status: 'working' | 'stopped' | 'ready';
      readonly checks: readonly DebugCheck[];
      readonly done: number;
      readonly of: number;
    }
  | { readonly status: 'refused'; readonly work: number; readonly limit: number }
  | { readonly status: 'failed'; readonly text: string };

export interface Check {
  readonly state: CheckState;
  /** Checks the first `most` tokens of the text, in all layers or in one. */
  run(most: number, layer: number | null): void;
  stop(): void;
}

export function useCheck(): Check {
  const { document, work } = useStores();
  const [state, setState] = useState<CheckState>({ status: 'closed' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const run = useCallback(
    async (most: number, layer: number | null) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      const set = (next: CheckState) => running.current === controller && setState(next);
      const tokens = idsOf(document.getState().tokens.slice(0, most));
      const checks: DebugCheck[] = [];
      let [done, of] = [0, 0];
      const shown = (status: 'working' | 'stopped' | 'ready') => set({ status, checks: [...checks], done, of });
      shown('working');
      try {
        for await (const event of debugCheck(work.client, tokens, layer, controller.signal)) {
          if (event.type === 'debug_refused') {
            set({ status: 'refused', work: event.work, limit: event.limit });
            return;
          }
          for (const check of event.checks) checks.push(check);
          [done, of] = [event.part, event.parts];
          shown('working');
        }
        shown('ready');
      } catch (error) {
        const { code, message, detail } = asNucleusError(error);
        if (code === 'cancelled') shown('stopped');
        else set({ status: 'failed', text: messageFor({ code, message, detail }).text });
      }
    },
    [document, work],
  );
  return { state, run: (most, layer) => void run(most, layer), stop: () => running.current?.abort() };
}
