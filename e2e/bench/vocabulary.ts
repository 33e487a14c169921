// Measures what grows with the vocabulary on the CPU: ranking, sampling and drawing one row, and searching among the tokens. In Node, whose V8 is
// Chromium's.
import { setImmediate } from 'node:timers/promises';
import { decide, settingFor } from '../../src/engine/decode/decide.ts';
import { TouchedIds } from '../../src/engine/decode/touched.ts';
import { readRecord, settingWords } from '../../src/gpu/draw-record.ts';
import { adjustLogits } from '../../src/sampling/adjust.ts';
import { draw } from '../../src/sampling/draw.ts';
import { pastOf } from '../../src/sampling/past.ts';
import { sample } from '../../src/sampling/pipeline.ts';
import { rankRow } from '../../src/sampling/row.ts';
import { DEFAULT_SETTINGS, type GenerationSettings } from '../../src/sampling/settings.ts';
import { logitStepsOf, STEPS, type StepName } from '../../src/sampling/steps.ts';
import { searchTokens } from '../../src/tokenizer/search.ts';
import { drawTwin } from '../support/draw-twin.ts';
import { markdown } from './table.ts';
import { timingOf } from './timing.ts';

const VOCABULARIES = [50_257, 151_936, 262_144] as const;
const QUERIES = ['k', 'ka', 'ter', 'Term', ' proka', '中文', 'zzzz', '\\xe4', '1234'] as const;
const SETTINGS: Readonly<Record<string, Partial<GenerationSettings>>> = {
  'temperature 0.8, top-p 0.95': { temperature: 0.8, top_p: 0.95 },
  'top-k 40, top-p 0.9, repetition penalty 1.2': { top_k: 40, top_p: 0.9, repetition_penalty: 1.2 },
  'nothing cut': { temperature: 1, top_p: 1, top_k: 0, min_p: 0 },
};

const LOGIT_STEPS = logitStepsOf<StepName>(STEPS);

/** Milliseconds on the processor, which a busy machine stretches less than those of the clock: the best, and the middle one. Of work done `times` times. */
async function cell(rounds: number, work: () => unknown, times = 1): Promise<string> {
  const all: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) work();
    const { user, system } = process.cpuUsage(before);
    if (round > 0) all.push((user + system) / 1000 / times);
    await setImmediate();
  }
  const timing = timingOf(all);
  return timing === null ? '–' : `${timing.median.toPrecision(2)} (${timing.min.toPrecision(2)})`;
}

/** Numbers in (0, 1) from a seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
}

/** As a model gives them: a bell far below a few likely tokens. */
function rowOf(V: number): Float32Array {
  const next = numbersFrom(V);
  const bell = (): number => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  const logits = Float32Array.from({ length: V }, () => bell() * 3 - 5);
  for (let i = 0; i < 30; i++) logits[Math.floor(next() * V)] = 5 + next() * 10;
  return logits;
}

function tokensOf(V: number): Uint8Array[] {
  const next = numbersFrom(7);
  const parts = 'ka lo mi ter un en pro ß é ста ни 中 文 er ing ed Re con 1 2 \n in'.split(' ');
  const utf8 = new TextEncoder();
  return Array.from({ length: V }, () => {
    const length = 1 + Math.floor(next() * 4);
    const words = Array.from({ length }, () => parts[Math.floor(next() * parts.length)] ?? '');
    return utf8.encode((next() < 0.5 ? ' ' : '') + words.join(''));
  });
}

/** Tables as markdown; `rounds` of each cell. */
export async function benchVocabulary(rounds: number): Promise<string> {
  const history = { ids: Uint32Array.from({ length: 300 }, (_, i) => i * 150), drawn: new Uint8Array(300).fill(1) };
  const rows: string[][] = [];
  for (const [name, part] of Object.entries(SETTINGS)) {
    const settings = { ...DEFAULT_SETTINGS, ...part };
    const cells: string[] = [];
    for (const V of VOCABULARIES) {
      const logits = rowOf(V);
      cells.push(await cell(rounds, () => draw(sample(rankRow(logits), settings, history, []), 0.7)));
    }
    rows.push([name, ...cells]);
  }
  const sampled = markdown(['rank, sample, draw', ...VOCABULARIES.map(V => V.toLocaleString('en-US'))], rows);
  const proven: string[][] = [];
  for (const [name, part] of Object.entries(SETTINGS)) {
    const settings = { ...DEFAULT_SETTINGS, ...part };
    const table = new TouchedIds(settings, [], VOCABULARIES[0]);
    const write = table.count(history);
    const setting = settingFor(settings, 0.7, table.change(false));
    const cells: string[] = [];
    for (const V of VOCABULARIES) {
      const twin = write && { touched: write.words, pending: 0 };
      const record = drawTwin(rowOf(V), settingWords(setting, V), 0, twin);
      const prove = () =>
        decide(readRecord(record), setting, V, logitOf =>
          adjustLogits(logitOf, LOGIT_STEPS, settings, pastOf(history, settings, [])),
        );
      if (prove() === null) throw new Error('a usual row is proven from its record');
      cells.push(await cell(rounds, prove, 100));
    }
    proven.push([name, ...cells]);
  }
  const proofs = markdown(['prove a draw of the GPU', ...VOCABULARIES.map(V => V.toLocaleString('en-US'))], proven);
  const found: string[][] = [];
  const largest = VOCABULARIES.at(-1) ?? 0;
  const table = tokensOf(largest);
  // A copy of the list is another vocabulary: nothing of it is known yet.
  found.push(['k, the first of all', await cell(Math.min(rounds, 10), () => searchTokens([...table], 'k', 50))]);
  searchTokens(table, 'k', 50);
  for (const query of QUERIES) found.push([query, await cell(rounds, () => searchTokens(table, query, 50))]);
  return `${sampled}\n\n${proofs}\n\n${markdown(['search', largest.toLocaleString('en-US')], found)}`;
}
