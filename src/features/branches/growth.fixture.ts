// Test support: growth on the scripted engine, depth by depth.

import { type Interception, logitsAfter, turn } from '../../../e2e/support/scripted-engine.ts';
import type { Command, CommandOf } from '../../protocol/commands.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import { rowStatistics, topOf } from '../../sampling/row.ts';

export interface Gardener {
  readonly intercept: Interception;
  readonly asked: CommandOf<'grow'>[];
  /** Depths are said one after the other, when the test says so. */
  held: boolean;
  go(): Promise<void>;
}

/** Grows as the worker does: depth by depth, a hash of the ids as logits. */
export function gardener(): Gardener {
  const asked: CommandOf<'grow'>[] = [];
  const cancelled = new Set<number>();
  const waiting: (() => void)[] = [];
  const self = {
    asked,
    held: false,
    go: async () => {
      waiting.shift()?.();
      for (let i = 0; i < 20; i++) await turn();
    },
    intercept: (command: Command, say: (event: EngineEvent) => void): boolean => {
      if (command.type === 'cancel') cancelled.add(command.run);
      if (command.type !== 'grow') return false;
      asked.push(command);
      void perform(command, say);
      return true;
    },
  };
  async function perform(command: CommandOf<'grow'>, say: (event: EngineEvent) => void): Promise<void> {
    const { run, tokens, depth, children, floor } = command;
    let level = [{ node: -1, ids: tokens }];
    let count = 0;
    for (let d = 0; d < depth; d++) {
      if (self.held) await new Promise<void>(resolve => waiting.push(resolve));
      await turn();
      if (cancelled.has(run)) {
        say({ type: 'failed', run, error: { code: 'cancelled', message: 'cancelled', detail: {} } });
        return;
      }
      const found = level.flatMap(parent => {
        const logits = logitsAfter(parent.ids);
        return Array.from(topOf(logits, children).ids, id => {
          const { logit, logZ } = rowStatistics(logits, id);
          const grown = { node: count++, parent: parent.node, id, logprob: logit - logZ };
          return { grown, ids: Uint32Array.of(...parent.ids, id) };
        }).filter(({ grown }) => Math.exp(grown.logprob) >= floor);
      });
      const nodes = found.map(({ grown }) => grown);
      say({ type: 'grown', run, nodes, computed: level.length, reused: tokens.length });
      level = found.map(({ grown, ids: path }) => ({ node: grown.node, ids: path }));
    }
    say({ type: 'done', run });
  }
  return self;
}
