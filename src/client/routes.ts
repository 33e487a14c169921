// One port for the worker, a server and a recording: what is asked of the model goes to where that model is. The code of the latter two comes with the first of them.
import type { Command } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';
import type { EngineBeside, Say } from '../protocol/runs.ts';
import type { WorkerPort } from './port.ts';

type Beside = 'server' | 'recording';
type OpenBeside = (say: Say) => Promise<EngineBeside>;

const OPEN: Readonly<Record<Beside, OpenBeside>> = {
  server: async say => {
    const [{ createServerEngine }, { wireTransport }] = await Promise.all([
      import('../remote/engine.ts'),
      import('../remote/transport.ts'),
    ]);
    return createServerEngine(say, wireTransport());
  },
  recording: async say => (await import('../recorded/engine.ts')).createRecordedEngine(say),
};

/** What the worker answers whatever the model. */
const OF_WORKER = /^(?:adapter|inspect|list_opened|cache_.*)$/;

/** `open` with servers and recordings beside it. */
export function withOthers(
  open: () => WorkerPort,
  others: Readonly<Record<Beside, OpenBeside>> = OPEN,
): () => WorkerPort {
  return () => {
    const worker = open();
    const listeners: ((event: MessageEvent) => void)[] = [];
    /** Who has a run, where the worker has not. `until`: of what stands in, the worker's load that it is worth something for. */
    const runs = new Map<number, { readonly place: Beside; readonly until?: number | null }>();
    const engines = new Map<Beside, Promise<EngineBeside>>();
    let inUse: 'worker' | Beside = 'worker';
    /** The worker's load that is under way. */
    let awaited: number | null = null;
    const say =
      (from: Beside): Say =>
      event => {
        if (event.type === 'loaded') {
          const until = runs.get(event.run)?.until;
          // The model itself was faster.
          if (until === null || (until !== undefined && until !== awaited)) return;
          inUse = from;
        }
        if (event.type === 'done' || event.type === 'failed') runs.delete(event.run);
        for (const listener of listeners) listener({ data: event } as MessageEvent);
      };
    worker.addEventListener('message', ({ data }) => {
      const { type, run } = data as EngineEvent;
      if (type === 'loaded') inUse = 'worker';
      if (run === awaited && (type === 'loaded' || type === 'failed')) awaited = null;
    });
    const placeOf = (command: Command): 'worker' | Beside => {
      if (command.type === 'cancel') return runs.get(command.run)?.place ?? 'worker';
      if (command.type !== 'load') return OF_WORKER.test(command.type) ? 'worker' : inUse;
      if (command.recorded) return 'recording';
      return command.source.kind === 'server' ? 'server' : 'worker';
    };
    return {
      postMessage: (command, transfer) => {
        const place = placeOf(command);
        if (place === 'worker') {
          if (command.type === 'load') awaited = command.run;
          return worker.postMessage(command, transfer);
        }
        const { run } = command;
        const standsIn = command.type === 'load' && command.recorded === 'meanwhile';
        runs.set(run, standsIn ? { place, until: awaited } : { place });
        const engine = engines.get(place) ?? others[place](say(place));
        engines.set(place, engine);
        engine.then(
          made => made.receive(command),
          (thrown: unknown) => {
            engines.delete(place);
            const error = { code: 'internal', message: String(thrown), detail: {} } as const;
            say(place)({ type: 'failed', run, error });
          },
        );
      },
      addEventListener: (type: string, listener: (event: never) => void) => {
        worker.addEventListener(type as 'message', listener as (event: MessageEvent) => void);
        if (type === 'message') listeners.push(listener as (event: MessageEvent) => void);
      },
      terminate: () => {
        worker.terminate();
        for (const engine of engines.values()) void engine.then(made => made.dispose());
      },
    };
  };
}
