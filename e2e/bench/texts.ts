// Made-up texts of a megabyte: English, code, Chinese. The same at every run.

/** A stream of numbers below `n`. */
function numbers(seed: number): (n: number) => number {
  let state = seed;
  return n => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % n;
  };
}

const WORDS =
  'the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years where much your way down should because long each just those people too little good world make very year still see own work men day get here old life both between being under three never know same last another while us might great go come since against right take used himself few house use place during high without again home around small however found thought went say part once general'.split(
    ' ',
  );
const NAMES = 'value index array node list token result count offset length buffer state'.split(' ');

function repeated(bytes: number, seed: number, sentence: (random: (n: number) => number) => string): string {
  const random = numbers(seed);
  const parts: string[] = [];
  for (let size = 0; size < bytes; ) {
    const part = sentence(random);
    parts.push(part);
    size += Buffer.byteLength(part);
  }
  return parts.join('');
}

const of = (random: (n: number) => number, list: readonly string[]): string => list[random(list.length)] ?? '';

export interface BenchText {
  readonly name: string;
  readonly make: (bytes: number) => string;
}

export const TEXTS: readonly BenchText[] = [
  {
    name: 'English',
    make: bytes =>
      repeated(bytes, 1, random => {
        const words = Array.from({ length: 6 + random(14) }, () => of(random, WORDS)).join(' ');
        return `${words.charAt(0).toUpperCase()}${words.slice(1)}.${random(6) === 0 ? '\n\n' : ' '}`;
      }),
  },
  {
    name: 'code',
    make: bytes =>
      repeated(bytes, 2, random => {
        const start = of(random, ['const ', 'let ', 'return ', 'if (', 'for (const ']);
        return `${'  '.repeat(random(4))}${start}${of(random, NAMES)} = ${of(random, NAMES)}.${of(random, NAMES)}(${random(1000)});\n`;
      }),
  },
  {
    name: 'Chinese',
    make: bytes =>
      repeated(bytes, 3, random => {
        const signs = Array.from({ length: 5 + random(20) }, () => String.fromCodePoint(0x4e00 + random(3000))).join(
          '',
        );
        return `${signs}${of(random, ['，', '。', '！'])}${random(12) === 0 ? '\n' : ''}`;
      }),
  },
];
