// A run as code is written from it: what goes into the model, and the settings it is drawn with.
import type { LoadedModel } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { isOff, STEPS, type StepName, shownValue } from '../../sampling/steps.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { concatBytes } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Where a library finds the model. */
export interface CodeModel {
  /** A repository of the Hub, or a folder. */
  readonly name: string;
  readonly revision: string | null;
  readonly gguf: string | null;
  /** What has to be said of it; '' for a repository. */
  readonly remark: string;
  /** `int8`, where weights are not computed with as they are in the files; else null. */
  readonly format: string | null;
}

export interface CodeRun {
  readonly model: CodeModel;
  /** As the model reads it, with all special tokens. */
  readonly ids: readonly number[];
  /** The same as text, without the tokens that a tokenizer puts in front; special tokens within it as they are spelled. */
  readonly prompt: string;
  /** There are special tokens within it. */
  readonly special: boolean;
  /** A conversation, where the text is one that waits for a reply. */
  readonly messages: readonly Message[] | null;
  readonly settings: GenerationSettings;
  readonly seed: number;
  readonly eosIds: readonly number[];
}

export function codeModel({ source, format }: Pick<LoadedModel, 'source' | 'format'>): CodeModel {
  const own = format === 'stored' ? null : format;
  const none = { revision: null, gguf: null, format: own };
  switch (source.kind) {
    case 'hub':
      return { name: source.repo, revision: source.revision, gguf: source.file ?? null, remark: '', format: own };
    case 'shipped':
      return { ...none, name: `public/models/${source.id}`, remark: 'A folder of the repository of this page.' };
    case 'local':
      return { ...none, name: `./${source.name}`, remark: 'The folder of the files that were opened here.' };
    case 'server':
      return {
        ...none,
        name: source.model,
        remark: 'As the server calls it; where that is not a repository, name one.',
      };
    default:
      return source satisfies never;
  }
}

/** The tokens that a run at this place would go on from, without what the last one drew at the end. */
export function promptTokens(tokens: readonly DocumentToken[]): readonly DocumentToken[] {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]?.origin === 'drawn') end--;
  return end === 0 ? tokens : tokens.slice(0, end);
}

/** The text of a prompt for a library whose tokenizer puts `opening` in front by itself. */
export function promptText(
  tokens: readonly DocumentToken[],
  tokenizer: Pick<Tokenizer, 'opening'>,
): Pick<CodeRun, 'prompt' | 'special'> {
  const { opening } = tokenizer;
  const opened = opening.length > 0 && opening.every((id, i) => tokens[i]?.id === id);
  const rest = opened ? tokens.slice(opening.length) : tokens;
  const bytes = concatBytes(rest.map(token => token.bytes));
  return { prompt: new TextDecoder().decode(bytes), special: rest.some(({ special }) => special) };
}

/** Settings that do something and have no place in a library, each in a few words. */
export function unheld({ settings }: CodeRun, held: readonly StepName[]): string[] {
  const steps = STEPS.filter(step => !isOff(step, settings) && !held.includes(step.key));
  const words = steps.map(step => `${step.key} ${shownValue(step, settings)}`.trim());
  return settings.order === 'llama.cpp' ? [...words, 'order llama.cpp'] : words;
}
