// A run as a request to a server that speaks OpenAI's API.
import type { StepName } from '../../sampling/steps.ts';
import { comment, json, shell } from './quote.ts';
import { type CodeRun, unheld } from './run.ts';

const HELD: readonly StepName[] = ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty', 'logit_bias'];
/** Stop strings that the API takes. */
const MOST_STOPS = 4;
const CANDIDATES = 5;

export function curlCode(run: CodeRun): string {
  const { messages } = run;
  const address = `http://localhost:8000/v1/${messages === null ? 'completions' : 'chat/completions'}`;
  return [
    '# Of a server as vLLM, SGLang or llama.cpp start one; https://api.openai.com for OpenAI.',
    ...remarks(run).map(words => comment('#', words)),
    `curl ${address} \\`,
    "  -H 'Content-Type: application/json' \\",
    '  -H "Authorization: Bearer $OPENAI_API_KEY" \\',
    `  -d ${shell(json(bodyOf(run), 2))}`,
    '',
  ].join('\n');
}

function remarks(run: CodeRun): string[] {
  const { settings } = run;
  return [
    ...unheld(run, HELD).map(words => `${words}: the API has no such field; some servers have one of their own.`),
    ...settings.stop.slice(MOST_STOPS).map(stop => `stop string ${json(stop)}: the API takes ${MOST_STOPS}.`),
    ...(settings.end_of_text === 'continue' ? ['Going on past end-of-text: the API ends there.'] : []),
    ...(settings.temperature === 0
      ? []
      : ['Random numbers are those of the server: the seed draws other tokens than here.']),
  ];
}

function bodyOf({ model, messages, prompt, special, ids, settings: s, seed }: CodeRun): unknown {
  const stop = s.stop.slice(0, MOST_STOPS);
  const input = messages === null ? { prompt: special ? ids : prompt } : { messages };
  const logprobs = messages === null ? { logprobs: CANDIDATES } : { logprobs: true, top_logprobs: CANDIDATES };
  return {
    model: model.name,
    ...input,
    max_tokens: s.max_new_tokens,
    temperature: s.temperature,
    top_p: s.top_p,
    ...(s.frequency_penalty === 0 ? {} : { frequency_penalty: s.frequency_penalty }),
    ...(s.presence_penalty === 0 ? {} : { presence_penalty: s.presence_penalty }),
    ...(s.logit_bias.length === 0
      ? {}
      : { logit_bias: Object.fromEntries(s.logit_bias.map(({ id, bias }) => [id, bias])) }),
    ...(stop.length === 0 ? {} : { stop }),
    seed,
    ...logprobs,
  };
}
