// A summary of the oldest turns by the model itself: a run beside the document, whose text a person may change before it is used.
import { freshSeed } from '../../lib/rng.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import type { Work } from '../../stores/stores.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { type Conversation, compose, type Written } from './compose.ts';
import { summaryRoom } from './plan.ts';
import type { Render } from './renderer.ts';
import { replyParts } from './thinking.ts';
import type { Trouble, Turn } from './types.ts';

interface SummaryContext extends Pick<Work, 'client' | 'scheduler'> {
  readonly render: Render;
  readonly settings: GenerationSettings;
  readonly now: number;
}

interface SummaryQuestion {
  readonly model: LoadedModel;
  readonly tokenizer: Tokenizer;
  readonly written: Written;
  /** The turns to be summarised, with what stood for turns before them. */
  readonly asked: Conversation & { readonly room: number };
  readonly signal: AbortSignal;
}

const NAMES: Readonly<Record<Turn['role'], string>> = { user: 'User', assistant: 'Assistant', tool: 'Data' };

/** What the model is asked; the end of a conversation that is too long. */
function summaryRequest({ turns, summary }: Pick<Conversation, 'turns' | 'summary'>, mostUnits: number): string {
  const said = turns.map(({ role, content }) => `${NAMES[role]}: ${replyParts(content, '').answer.trim()}`).join('\n');
  const before = summary === '' ? '' : `${summary}\n`;
  return `Summarise this conversation in a few sentences.\n\n${(before + said).slice(-mostUnits)}`;
}

/** The summary, or why there is none. Rejects with the error of the run, `cancelled` after an abort. */
export async function summarise(
  { client, scheduler, render, settings, now }: SummaryContext,
  { model, tokenizer, written, asked, signal }: SummaryQuestion,
): Promise<string | Trouble> {
  const most = summaryRoom(asked.room);
  // As many as surely fit: a token has a character at least, mostly some.
  for (let units = 4 * asked.room; units > 16; units = Math.floor(units / 2)) {
    const content = summaryRequest(asked, units);
    const conversation: Conversation = { system: '', turns: [{ role: 'user', content }], omitted: 0, summary: '' };
    const outcome = await compose(render, tokenizer, written, conversation, now);
    if ('trouble' in outcome) return outcome.trouble;
    const { tokens, prompt } = outcome.composed;
    if (tokens.length > asked.room) continue;
    const ids: number[] = [];
    const end = prompt.end === '' ? [] : [prompt.end];
    await scheduler.start('run', async work => {
      const stop = AbortSignal.any([work, signal]);
      const request = {
        type: 'generate',
        tokens: idsOf(tokens),
        drawn: new Uint8Array(tokens.length),
        settings: {
          ...settings,
          constraint: { kind: 'none', text: '' },
          max_new_tokens: most,
          stop: [...new Set([...end, ...settings.stop])],
        },
        seed: freshSeed(),
      } as const;
      for await (const event of client.run(request, stop)) if (event.type === 'token') ids.push(event.id);
    });
    const { answer } = replyParts(tokenizer.decode(ids.filter(id => !model.eosIds.includes(id))), prompt.text);
    return answer.trim();
  }
  return { kind: 'text', words: 'The context is too small for a summary.' };
}
