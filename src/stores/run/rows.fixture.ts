// Test support: the rows and numbers of one page, on timers that the test moves on.
import { afterEach, beforeEach, vi } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import type { Page } from '../../../e2e/support/scripted-page.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { Draw } from '../document/types.ts';
import type { SelectedRow } from './rows-types.ts';

interface WatchedRows {
  selected(): SelectedRow;
  sent(type: 'prefill' | 'row' | 'score'): number;
  /** Tokens behind the first that have no numbers yet. */
  bare(): number;
  /** A drawn token, once the row it was drawn from is here, and the distribution of its draw. */
  drawnAt(place: number): Promise<{ readonly id: number; readonly draw: Draw; readonly made: Distribution | null }>;
}

/** Lets `ms` pass and the engine take its turns. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let i = 0; i < 20; i++) await turn();
}

/** For the tests of one file. The page of a test ends with it. */
export function watchedRows(page: () => Page): WatchedRows {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    page().dispose();
    vi.useRealTimers();
  });
  const selected = (): SelectedRow => page().rows.getState().selected;
  return {
    selected,
    sent: type => page().worker.of(type).length,
    bare: () =>
      page()
        .document.getState()
        .tokens.filter((token, i) => i > 0 && token.stats === undefined).length,
    drawnAt: async place => {
      page().document.getState().selectToken(place);
      await pass(1000);
      await until(() => selected().status === 'ready');
      const token = page().document.getState().tokens[place];
      if (token?.draw === undefined) throw new Error('not drawn');
      const made = page().rows.getState().distribution(place, token.draw.settings, null);
      return { id: token.id, draw: token.draw, made };
    },
  };
}
