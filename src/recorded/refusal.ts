// What a recording does not have, in words, and whether a text is the recorded one.
import { NucleusError } from '../lib/error.ts';
import type { Command } from '../protocol/commands.ts';
import type { Recording } from './recording.ts';

/** What is in the recording of each view, where that is not all; else what a command would need. */
const KEPT: Partial<Record<Command['type'], string>> = {
  load: 'it is of the model that ships',
  generate: 'its tokens are drawn already, and new ones would have to be computed',
  answers: 'new tokens would have to be computed',
  lens: 'it has the tokens of its text and the likeliest one at its end',
  ablate:
    'it has each head, each attention, each MLP and each layer alone, with zeros in its place, at the end of the text',
  sweep: 'it has the token that stands behind the prompt, and the likeliest one at the end',
  grow: 'it has a tree of the first settings, from the end of the text',
  search: 'it has the searches of the first settings, from the end of the text',
  measure_cache: 'it has the times of its own text',
};

export function notRecorded(what: Command['type']): NucleusError {
  const kept = KEPT[what] ?? 'it has the numbers of its own text alone';
  return new NucleusError('not_recorded', `${what} is not in the recording`, { what, kept });
}

/** The same refusal where the model is on its way, which has all else. */
export function asComing(thrown: unknown): unknown {
  if (!(thrown instanceof NucleusError) || thrown.code !== 'not_recorded') return thrown;
  return new NucleusError('not_recorded', thrown.message, { ...thrown.detail, coming: 1 }, { cause: thrown });
}

/** The first `count` tokens of a command, where they are those of the recording: `count`. Throws `not_recorded`. */
export function countOf(
  { run: { ids } }: Recording,
  { type, tokens }: { readonly type: Command['type']; readonly tokens: Uint32Array },
  count: number,
): number {
  const same = count >= 1 && count <= tokens.length && tokens.subarray(0, count).every((id, i) => ids[i] === id);
  if (!same) throw notRecorded(type === 'lens' || type === 'sweep' || type === 'ablate' ? 'row' : type);
  return count;
}
