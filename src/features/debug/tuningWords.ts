// Whether the products of a token were tuned for this GPU, in a sentence or two.
import type { DebugTeam } from '../../protocol/debug.ts';

export function tuningWords(teams: readonly DebugTeam[]): string {
  if (teams.length === 0) return 'Not tuned: a CPU plays the GPU here, and has one kernel for all products.';
  const measured = teams.filter(team => team.measured).length;
  if (measured === 0)
    return 'Not tuned for this GPU: the threads of each product are chosen by rule. They are measured when a model is next loaded.';
  return `Tuned for this GPU: ${measured} of ${teams.length} products were measured, in a quarter of a second at most when a model was first loaded.`;
}
