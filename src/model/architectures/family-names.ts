// What people call the families, for the sentence that says which there are.

const NAMES: ReadonlyMap<string, string> = new Map([
  ['gpt2', 'GPT-2'],
  ['llama', 'Llama'],
  ['mistral', 'Mistral'],
  ['qwen2', 'Qwen 2'],
  ['qwen3', 'Qwen 3'],
  ['phi3', 'Phi 3'],
  ['smollm3', 'SmolLM 3'],
  ['granite', 'Granite'],
  ['olmo2', 'OLMo 2'],
  ['gemma2', 'Gemma 2'],
  ['gemma3', 'Gemma 3'],
  ['gemma3_text', 'Gemma 3'],
  ['nanochat', 'nanochat'],
  ['starcoder2', 'StarCoder 2'],
  ['gpt_neox', 'GPT-NeoX (Pythia)'],
  ['gpt_neo', 'GPT-Neo'],
  ['gptj', 'GPT-J'],
  ['opt', 'OPT'],
  ['bloom', 'BLOOM'],
  ['lfm2', 'LFM 2'],
  ['qwen3_5', 'Qwen 3.5'],
  ['qwen3_5_text', 'Qwen 3.5'],
]);

/** `Llama, Mistral, ...`: each family once; a type without a name of its own as it is. */
export const familyNames = (types: Iterable<unknown>): string =>
  [...new Set(Array.from(types, type => NAMES.get(String(type)) ?? String(type)))].join(', ');
