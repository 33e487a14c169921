// The special tokens that a text begins with: what `add_bos_token` says, else the template of the post-processor.
import { isJsonObject, type JsonObject } from './spec.ts';

/** The parts of a template before the text, as contents of special tokens. */
function beforeText({ single, special_tokens }: JsonObject): string[] {
  const contents: string[] = [];
  for (const part of Array.isArray(single) ? single : []) {
    const special: unknown = isJsonObject(part) ? part.SpecialToken : undefined;
    if (!isJsonObject(special) || typeof special.id !== 'string') break;
    const named = isJsonObject(special_tokens) ? special_tokens[special.id] : undefined;
    const tokens: unknown[] = isJsonObject(named) && Array.isArray(named.tokens) ? named.tokens : [special.id];
    for (const token of tokens) if (typeof token === 'string') contents.push(token);
  }
  return contents;
}

function templateOf(processor: unknown): string[] {
  if (!isJsonObject(processor)) return [];
  const { type, processors, cls } = processor;
  if (type === 'Sequence' && Array.isArray(processors)) return processors.flatMap(templateOf);
  if (type === 'TemplateProcessing') return beforeText(processor);
  const [first]: unknown[] = Array.isArray(cls) ? cls : [];
  return (type === 'BertProcessing' || type === 'RobertaProcessing') && typeof first === 'string' ? [first] : [];
}

function contentOf(token: unknown): string | null {
  if (typeof token === 'string') return token;
  return isJsonObject(token) && typeof token.content === 'string' ? token.content : null;
}

/** Classes that put a beginning-of-text token before what they read from a SentencePiece model unless a file says otherwise. */
const WITH_BOS = /^(?:Code)?(?:Llama|Gemma)Tokenizer/;

function contentsOf(source: JsonObject, config: JsonObject): string[] {
  const { add_bos_token, tokenizer_class } = config;
  const known = typeof tokenizer_class !== 'string' || WITH_BOS.test(tokenizer_class);
  const fromModel = source.sentencepiece !== undefined && known;
  const adds = typeof add_bos_token === 'boolean' ? add_bos_token : fromModel ? true : null;
  if (adds === null) return templateOf(source.post_processor);
  const bos = contentOf(config.bos_token) ?? (fromModel ? '<s>' : null);
  return adds && bos !== null ? [bos] : [];
}

/** @param source what `openTokenizer` is given. @param specials those of the tokenizer; others are left out. */
export function openingOf(source: unknown, config: unknown, specials: ReadonlyMap<number, string>): number[] {
  if (!isJsonObject(source)) return [];
  const ids = new Map(Array.from(specials, ([id, content]) => [content, id]));
  return contentsOf(source, isJsonObject(config) ? config : {}).flatMap(content => ids.get(content) ?? []);
}
