// The scripted engine as a worker in a browser: for page tests whose subject is the page, not the numbers of a model.
import { ScriptedWorker } from '../../src/client/scripted-worker.ts';
import type { Command } from '../../src/protocol/commands.ts';
import type { EngineEvent } from '../../src/protocol/events.ts';
import { engineScript } from './scripted-engine.ts';

interface WorkerScope {
  postMessage(message: EngineEvent): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Command>) => void): void;
}

/** Milliseconds between two tokens: long enough that a person, or a test, can act in the middle of a run. */
const turn = Number(new URL(self.location.href).searchParams.get('turn') ?? 15);

/** Takes no more turns once this many more events of the type have been said: a test acts in the middle of work, however slow the machine. */
let hold: { readonly after: string; left: number } | null = null;
let goOn = (): void => {};
const holds = new BroadcastChannel('holds');
holds.addEventListener('message', ({ data }: MessageEvent<typeof hold>) => {
  hold = data;
  if (hold === null) goOn();
  holds.postMessage('heard');
});

async function nextTurn(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, turn));
  if (hold !== null && hold.left <= 0) {
    await new Promise<void>(resolve => {
      goOn = resolve;
    });
  }
}

const scope = globalThis as unknown as WorkerScope;
const worker = new ScriptedWorker(
  engineScript({
    turn: nextTurn,
    model: {
      name: 'nucleus-3m',
      dtype: 'f16',
      weightBytes: 6_323_712,
      parameters: 3_161_088,
      dims: { n_layer: 6, n_embd: 192, n_head: 6, n_kv_head: 6, head_size: 32, n_ctx: 512, vocab_size: 2048 },
      defaults: { temperature: 0.8, top_p: 0.95, max_new_tokens: 96 },
    },
  }),
);
worker.addEventListener('message', ({ data }: MessageEvent<EngineEvent>) => {
  if (hold !== null && data.type === hold.after) hold.left -= 1;
  scope.postMessage(data);
});
scope.addEventListener('message', ({ data }) => worker.postMessage(data));
