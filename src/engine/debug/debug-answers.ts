// From a command of the debug panel to its events. This room and the oracle it brings are loaded when the first such command comes.
import type { DebugCommand, DebugEvent } from '../../protocol/debug.ts';
import type { Probes } from '../probes/probes.ts';
import { checkOps } from './check-ops.ts';
import { describePlans } from './plans.ts';
import { profile } from './profile.ts';

/** Throws as `checkOps`. */
export async function* answerDebug(
  { context }: Probes,
  command: DebugCommand,
  signal: AbortSignal,
): AsyncGenerator<DebugEvent> {
  const { run } = command;
  switch (command.type) {
    case 'debug_plan':
    case 'debug_forget_tuning':
      yield { type: 'debug_plan', run, ...describePlans(context) };
      return;
    case 'debug_check':
      for await (const step of checkOps(context, command.tokens, command.layer, signal)) {
        if (step.kind === 'refused') yield { type: 'debug_refused', run, work: step.work, limit: step.limit };
        else yield { type: 'debug_checked', run, part: step.part, parts: step.parts, checks: step.checks };
      }
      return;
    case 'debug_profile':
      for await (const step of profile(context, command, signal)) {
        if (step.kind === 'profiled') yield { type: 'debug_profiled', run, profile: step.profile };
        else yield { type: 'debug_profiling', run, done: step.done, of: step.of };
      }
      return;
    default:
      command satisfies never;
  }
}
