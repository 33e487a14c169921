// A run as JavaScript, with transformers.js.
import type { StepName } from '../../sampling/steps.ts';
import { comment, json } from './quote.ts';
import { type CodeRun, unheld } from './run.ts';

const HELD: readonly StepName[] = ['temperature', 'top_k', 'repetition_penalty'];

export function javascriptCode(run: CodeRun): string {
  const { model, messages, prompt, settings } = run;
  const { temperature, top_k, repetition_penalty, max_new_tokens } = settings;
  const drawn = temperature === 0 ? { do_sample: false } : { do_sample: true, temperature, top_k };
  const options = {
    max_new_tokens,
    ...drawn,
    repetition_penalty,
    ...(messages === null ? { return_full_text: false } : {}),
  };
  const fields = Object.entries(options).map(([key, value]) => `  ${key}: ${json(value)},`);
  const revision = model.revision === null ? '' : `, { revision: ${json(model.revision)} }`;
  return [
    '// npm install @huggingface/transformers',
    '// It needs ONNX weights: many models have a repository with them at onnx-community.',
    ...remarks(run).map(words => comment('//', words)),
    "import { pipeline } from '@huggingface/transformers';",
    '',
    `const generator = await pipeline('text-generation', ${json(model.name)}${revision});`,
    messages === null ? `const prompt = ${json(prompt)};` : `const messages = ${json(messages, 2)};`,
    `const [{ generated_text }] = await generator(${messages === null ? 'prompt' : 'messages'}, {`,
    ...fields,
    '});',
    messages === null ? 'console.log(generated_text);' : 'console.log(generated_text.at(-1).content);',
    '',
  ].join('\n');
}

function remarks(run: CodeRun): string[] {
  const { model, settings } = run;
  return [
    ...(model.remark === '' ? [] : [model.remark]),
    ...(model.gguf === null ? [] : [`${model.gguf}: transformers.js reads no GGUF files.`]),
    ...unheld(run, HELD).map(words => `${words}: transformers.js does not apply it.`),
    ...settings.stop.map(stop => `stop string ${json(stop)}: transformers.js ends at none.`),
    ...(settings.end_of_text === 'continue' ? ['Going on past end-of-text: transformers.js ends there.'] : []),
    ...(settings.temperature === 0 ? [] : ['Its random numbers have no seed.']),
  ];
}
