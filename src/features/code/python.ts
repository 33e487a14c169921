// A run as Python, with transformers.
import type { StepName } from '../../sampling/steps.ts';
import { comment, python } from './quote.ts';
import { type CodeRun, unheld } from './run.ts';

const HELD: readonly StepName[] = [
  'temperature',
  'top_k',
  'top_p',
  'min_p',
  'typical_p',
  'epsilon_cutoff',
  'eta_cutoff',
  'repetition_penalty',
  'guidance_scale',
  'logit_bias',
  'end_of_text',
];

const list = (items: readonly (string | number)[]): string =>
  `[${items.map(item => (typeof item === 'string' ? python(item) : String(item))).join(', ')}]`;

/** transformers refuses whole numbers where it wants a float. */
const float = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

export function pythonCode(run: CodeRun): string {
  const { model, settings, seed } = run;
  const named = [
    ...(model.revision === null ? [] : [`revision=${python(model.revision)}`]),
    ...(model.gguf === null ? [] : [`gguf_file=${python(model.gguf)}`]),
  ];
  const options = ['name', ...named].join(', ');
  return [
    '# pip install torch transformers',
    ...remarks(run),
    'import torch',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    `name = ${python(model.name)}`,
    `tokenizer = AutoTokenizer.from_pretrained(${options})`,
    `model = AutoModelForCausalLM.from_pretrained(${options}, dtype="auto")`,
    ...(settings.end_of_text === 'continue' ? ['model.generation_config.eos_token_id = None'] : []),
    '',
    ...inputLines(run),
    ...(settings.temperature === 0 ? [] : [`torch.manual_seed(${seed})`]),
    'output = model.generate(',
    '    **inputs,',
    ...argumentsOf(run).map(line => `    ${line},`),
    ')',
    'print(tokenizer.decode(output[0, inputs["input_ids"].shape[1] :]))',
    '',
  ].join('\n');
}

function remarks(run: CodeRun): string[] {
  const { model, settings } = run;
  const { repetition_penalty, repeat_last_n, temperature } = settings;
  return [
    ...(model.remark === '' ? [] : [comment('#', model.remark)]),
    ...(model.format === null
      ? []
      : [comment('#', `Here weights are ${model.format}; there they are those of the files.`)]),
    ...unheld(run, HELD).map(words => comment('#', `${words}: transformers has no such setting.`)),
    ...(repetition_penalty !== 1 && repeat_last_n >= 0
      ? [comment('#', `repeat_last_n ${repeat_last_n}: transformers penalises all of the text.`)]
      : []),
    ...(temperature === 0 ? [] : ['# Random numbers are those of torch: the seed draws other tokens than here.']),
  ];
}

function inputLines({ messages, special, ids, prompt }: CodeRun): string[] {
  if (messages !== null)
    return [
      'messages = [',
      ...messages.map(({ role, content }) => `    {"role": ${python(role)}, "content": ${python(content)}},`),
      ']',
      'inputs = tokenizer.apply_chat_template(',
      '    messages, add_generation_prompt=True, return_dict=True, return_tensors="pt"',
      ')',
    ];
  if (special)
    return [
      '# With its special tokens, as ids.',
      `input_ids = torch.tensor([${list(ids)}])`,
      'inputs = {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}',
    ];
  return [`prompt = ${python(prompt)}`, 'inputs = tokenizer(prompt, return_tensors="pt")'];
}

function argumentsOf({ settings: s, eosIds }: CodeRun): string[] {
  const banned = [
    ...s.logit_bias.filter(({ bias }) => bias <= -100).map(({ id }) => id),
    ...(s.end_of_text === 'never' ? eosIds : []),
  ];
  const biases = s.logit_bias.filter(({ bias }) => bias > -100).map(({ id, bias }) => `[[${id}], ${float(bias)}]`);
  const when = (given: boolean, ...lines: string[]): string[] => (given ? lines : []);
  return [
    `max_new_tokens=${s.max_new_tokens}`,
    ...(s.temperature === 0
      ? ['do_sample=False']
      : // All of them: those that are left out are the model's own.
        ['do_sample=True', `temperature=${float(s.temperature)}`, `top_k=${s.top_k}`, `top_p=${float(s.top_p)}`]),
    ...when(s.temperature !== 0 && s.min_p > 0, `min_p=${float(s.min_p)}`),
    ...when(s.temperature !== 0 && s.typical_p < 1, `typical_p=${float(s.typical_p)}`),
    ...when(s.temperature !== 0 && s.epsilon_cutoff > 0, `epsilon_cutoff=${float(s.epsilon_cutoff)}`),
    ...when(s.temperature !== 0 && s.eta_cutoff > 0, `eta_cutoff=${float(s.eta_cutoff)}`),
    `repetition_penalty=${float(s.repetition_penalty)}`,
    ...when(biases.length > 0, `sequence_bias=[${biases.join(', ')}]`),
    ...when(banned.length > 0, `suppress_tokens=${list(banned)}`),
    ...when(
      s.guidance_scale !== 1,
      `guidance_scale=${float(s.guidance_scale)}`,
      `negative_prompt_ids=tokenizer(${python(s.negative_prompt)}, return_tensors="pt").input_ids`,
    ),
    ...when(s.stop.length > 0, `stop_strings=${list(s.stop)}`, 'tokenizer=tokenizer'),
  ];
}
