// What a token of a vocabulary spells: its bytes, as the decoder of a tokenizer.json has them.
// Source: `decoders` of the `tokenizers` library of Hugging Face.
import { NucleusError } from '../lib/error.ts';
import { vocabularyToBytes } from './byte-alphabet.ts';
import { readPattern } from './normal/normalizers.ts';
import { schemeOf } from './pretokens/cuts.ts';
import { withReplaced } from './pretokens/split.ts';

export interface Faces {
  /** The bytes of a token that stands within a text. Throws `bad_tokenizer` where the rules make them grow without measure. */
  bytesOf(token: string): Uint8Array;
  /** The first token of a text loses a space that it begins with: the tokenizer put it there. */
  readonly dropsFirstSpace: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
/** A step on the text of one token, which had `source` units before all steps; bytes end the chain. */
type Step = (token: string, source: number) => string | Uint8Array;

interface Steps {
  readonly steps: readonly Step[];
  readonly drops: boolean;
  /** It takes a space from the start of what it is given. */
  readonly whole?: boolean;
  /** What follows works on the whole text. */
  readonly fuses?: boolean;
}

const utf8 = new TextEncoder();
const BYTE = /^<0x([0-9A-Fa-f]{2})>$/;

function bad(message: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file: 'tokenizer.json' });
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw bad('a decoder is not an object');
  return Object.fromEntries(Object.entries(value));
}

/** What WordPiece takes away before punctuation and in contractions, one after the other. */
const CLEANED: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function cleaned(text: string): string {
  return CLEANED.reduce((done, [from, to]) => done.replaceAll(from, to), text);
}

const DECODERS: Readonly<Record<string, (fields: Fields) => Steps>> = {
  ByteLevel: () => ({ steps: [token => vocabularyToBytes(token) ?? token], drops: false }),
  ByteFallback: () => ({
    steps: [
      token => {
        const byte = BYTE.exec(token)?.[1];
        return byte === undefined ? token : Uint8Array.of(Number.parseInt(byte, 16));
      },
    ],
    drops: false,
  }),
  Fuse: () => ({ steps: [], drops: false, fuses: true }),
  Strip: ({ content, start, stop }) => {
    const mark = typeof content === 'string' ? content : ' ';
    const [left, right] = [start, stop].map(most => (typeof most === 'number' ? most : 0));
    const whole = mark === ' ' && (left ?? 0) > 0;
    return { steps: [token => stripped(token, mark, left ?? 0, right ?? 0)], drops: false, whole };
  },
  Replace: ({ pattern, content }) => {
    if (typeof content !== 'string') throw bad('a Replace of the decoder has no content');
    const read = readPattern(pattern, 'Replace of the decoder');
    return { steps: [(token, source) => withReplaced(token, read.pattern, content, source)], drops: false };
  },
  Metaspace: fields => {
    const mark = typeof fields.replacement === 'string' ? fields.replacement : '\u2581';
    return { steps: [token => token.replaceAll(mark, ' ')], drops: schemeOf(fields) !== 'never' };
  },
  WordPiece: ({ prefix, cleanup }) => {
    const mark = typeof prefix === 'string' ? prefix : '##';
    const face = (token: string): string => (token.startsWith(mark) ? token.slice(mark.length) : ` ${token}`);
    return { steps: [token => (cleanup === false ? face(token) : cleaned(face(token)))], drops: true };
  },
  BPEDecoder: ({ suffix }) => {
    const mark = typeof suffix === 'string' ? suffix : '</w>';
    return { steps: [token => (mark === '' ? token : token.replaceAll(mark, ' '))], drops: false };
  },
  Sequence: ({ decoders }) => {
    if (!Array.isArray(decoders)) throw bad('a Sequence of decoders is not a list');
    const read = decoders.map(readSteps);
    // Behind a Fuse the text is one: what is done at its ends is not done to each token.
    const joint = read.findIndex(({ fuses }) => fuses === true);
    const [each, behind] = joint < 0 ? [read, []] : [read.slice(0, joint), read.slice(joint)];
    return {
      steps: [...each, ...behind.filter(({ whole }) => whole === undefined)].flatMap(({ steps }) => steps),
      drops: read.some(({ drops }) => drops) || behind.some(({ whole }) => whole === true),
    };
  },
};

/** Without as many marks at each end. */
function stripped(token: string, mark: string, left: number, right: number): string {
  let [start, end] = [0, token.length];
  if (mark === '') return token;
  for (let i = 0; i < left && token.startsWith(mark, start); i++) start += mark.length;
  for (let i = 0; i < right && end - mark.length >= start && token.slice(start, end).endsWith(mark); i++)
    end -= mark.length;
  return token.slice(start, Math.max(start, end));
}

function readSteps(decoder: unknown): Steps {
  const fields = fieldsOf(decoder);
  const { type } = fields;
  const read = typeof type === 'string' && Object.hasOwn(DECODERS, type) ? DECODERS[type] : undefined;
  if (read === undefined) throw bad(`the decoder ${JSON.stringify(type ?? null)} is not supported`);
  return read(fields);
}

/** Throws `bad_tokenizer` that names what is not done here. Without a decoder tokens are words with a space between them. */
export function readFaces(decoder: unknown): Faces {
  const { steps, drops } =
    decoder === undefined || decoder === null
      ? { steps: [(token: string) => ` ${token}`], drops: true }
      : readSteps(decoder);
  return {
    dropsFirstSpace: drops,
    bytesOf: token => {
      let face: string | Uint8Array = token;
      for (const step of steps) if (typeof face === 'string') face = step(face, token.length);
      return typeof face === 'string' ? utf8.encode(face) : face;
    },
  };
}
