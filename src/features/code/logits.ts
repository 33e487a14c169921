// A run as the command line of this page's own engine, which prints the numbers of a model.
import { comment, shell } from './quote.ts';
import { type CodeRun, unheld } from './run.ts';

export function logitsCode(run: CodeRun): string {
  const { model, ids, settings } = run;
  const hub = model.remark === '';
  const folder = hub ? `./${model.name.replaceAll('/', '--')}` : model.name;
  const file = model.gguf === null ? folder : `${folder}/${model.gguf}`;
  const revision = model.revision === null ? '' : ` --revision ${shell(model.revision)}`;
  const fetched = `hf download ${shell(model.name)}${model.gguf === null ? '' : ` ${shell(model.gguf)}`}${revision} --local-dir ${shell(folder)}`;
  const drawing = unheld(run, []);
  return [
    '# In the folder of the repository of this page: the numbers of the model, and its likeliest tokens one after the other.',
    ...(hub ? ['# The model as files, with the tool of the Hub:', fetched] : [comment('#', model.remark)]),
    ...drawing.map(words => comment('#', `${words}: nothing is sampled there.`)),
    `npm run -s logits -- ${shell(file)} --tokens ${ids.join(',')} --greedy ${settings.max_new_tokens}${model.format === null ? '' : ` --format ${model.format}`}`,
    '',
  ].join('\n');
}
