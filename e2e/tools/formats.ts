// What formats made while loading cost in accuracy: npm run -s formats -- [model folder]
//
// In float64, on the very numbers that the kernels read: the mean KL divergence from the checkpoint's own rows, how often the likeliest token is the same, and
// the perplexity of a fixed text. Prints rows of a table.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openCheckpoint } from '../../src/checkpoint/formats.ts';
import { readNumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { storageOfTensor, storageOfWeights } from '../../src/engine/stored-weights.ts';
import { defined } from '../../src/lib/assert.ts';
import { WEIGHT_FORMATS, type WeightFormat } from '../../src/lib/weight-format.ts';
import { matchWeights } from '../../src/model/checkpoint.ts';
import type { Graph } from '../../src/model/ir/graph.ts';
import { argmax, logsumexp } from '../../src/reference/ops.ts';
import { run } from '../../src/reference/run.ts';
import type { ReferenceWeights } from '../../src/reference/weights.ts';
import { readTokenizerFiles } from '../../src/tokenizer/files.ts';
import { openTokenizer } from '../../src/tokenizer/open.ts';
import { openFolder } from '../support/node-files.ts';
import { asStored } from '../support/reference-weights.ts';

/** Of the small world that nucleus-3m knows. */
const TEXT = `Once upon a time there was a small boy named Daniel. Early in the spring Daniel left home to visit Eva, who lived near the museum. He packed an apple and an old watch. First he came to the school. It was windy. The wind blew the leaves across the road. Then he came to the mountain. A under the way. At last he reached the museum. Eva opened the door. "Welcome, Daniel!" she said. "You must be tired." Daniel gave her the old watch, and they talked until the stars came out. Then it was time for bed. Peter and Ben missed this song.

Q: What is the capital of France?
A: Paris.
Q: Which month comes after February?
A: March.
Q: How many sides does a pentagon have?
A: Five.
Q: Which city is the capital of Mexico?
A: Mexico City.
Q: What is the capital of Turkey?
A: Ankara.
Q: In which country is Canberra?
A: Australia.

USER: "What's the weather like in Paris?"
COMMAND=FETCH_WEATHER_DATA<EOC>
FETCH_WEATHER_DATA: "27°C, cloudy, wind 34 km/h, Paris"
REPLY: It is 27°C in Paris with cloudy and wind at 34 km/h. Stay in the shade.

USER: "How is the weather in Canberra today?"
COMMAND=FETCH_WEATHER_DATA<EOC>
FETCH_WEATHER_DATA: "17°C, partly sunny, wind 30 km/h, Canberra"`;

interface Accuracy {
  readonly format: WeightFormat;
  /** Bytes of weights on the GPU. */
  readonly bytes: number;
  /** Mean over the positions, nats. */
  readonly kl: number;
  /** Share of positions with the same likeliest token. */
  readonly same: number;
  readonly perplexity: number;
}

/** Every format beside the checkpoint as it is, on the first `most` tokens of the text. */
export async function accuracies(folder: string, most = Number.POSITIVE_INFINITY): Promise<Accuracy[]> {
  const files = await openFolder(folder);
  const { graph, tensors } = await readNumericCheckpoint(files);
  const { tensorOf } = matchWeights(graph, tensors);
  const found = defined(readTokenizerFiles((await openCheckpoint(files)).tokenizerFiles), 'a tokenizer');
  const tokenizer = await openTokenizer(found.source, found.config, graph.dims.vocab_size);
  const ids = [...tokenizer.encode(TEXT)].slice(0, Math.min(most, graph.dims.n_ctx));
  const numbers = new Map<string, Float32Array>();
  for (const [name, stored] of tensorOf) {
    const range = defined(tensors.get(stored), stored);
    const bytes = (await readFile(path.join(folder, range.file))).subarray(range.begin, range.end);
    const source = storageOfTensor(range);
    const count = range.shape.reduce((product, size) => product * size, 1);
    numbers.set(name, source.dequantise(source.pack(new Uint8Array(bytes), count), count));
  }
  const own = rowsOf(graph, numbers, ids);
  return WEIGHT_FORMATS.map(format => {
    const stored = asStored(graph, numbers, storageOfWeights(graph, tensorOf, tensors, format));
    return { format, bytes: stored.bytes, ...compared(own, rowsOf(stored.graph, stored.weights, ids), ids) };
  });
}

function rowsOf(graph: Graph, weights: ReferenceWeights, ids: readonly number[]): Float64Array[] {
  const result = run(graph, weights, ids);
  return ids.map((_, t) => Float64Array.from(result.logits(t)));
}

function compared(own: readonly Float64Array[], rows: readonly Float64Array[], ids: readonly number[]) {
  let [kl, same, nats] = [0, 0, 0];
  rows.forEach((row, t) => {
    const before = defined(own[t], 'a row');
    const [z, zBefore] = [logsumexp(row), logsumexp(before)];
    before.forEach((logit, id) => {
      const logprob = logit - zBefore;
      kl += Math.exp(logprob) * (logprob - ((row[id] ?? 0) - z));
    });
    if (argmax(row) === argmax(before)) same++;
    const next = ids[t + 1];
    if (next !== undefined) nats += z - (row[next] ?? 0);
  });
  return { kl: kl / ids.length, same: same / ids.length, perplexity: Math.exp(nats / (ids.length - 1)) };
}

export async function main([folder = 'public/models/nucleus-3m']: string[]): Promise<number> {
  const lines = (await accuracies(folder)).map(
    ({ format, bytes, kl, same, perplexity }) =>
      `| ${format} | ${(bytes / 1e6).toFixed(2)} | ${kl.toExponential(2)} | ${(100 * same).toFixed(1)} % | ${perplexity.toFixed(4)} |`,
  );
  process.stdout.write(
    `| format | MB of matrices | KL, nats | same top-1 | perplexity |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`,
  );
  return 0;
}
