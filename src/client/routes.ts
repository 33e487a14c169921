// One port for the worker and for a server: what is asked of the model goes to where that model is. The code for servers comes with the first of them.
import type { Command } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';
import type { ServerEngine } from '../remote/engine.ts';
import type { WorkerPort } from './port.ts';

type Say = (event: EngineEvent) => void;
export type OpenServers = (say: Say) => Promise<ServerEngine>;

const openServers: OpenServers = async say => {
  const [{ createServerEngine }, { wireTransport }] = await Promise.all([
    import('../remote/engine.ts'),
    import('../remote/transport.ts'),
  ]);
  return createServerEngine(say, wireTransport());
};

/** What the worker answers whatever the model. */
const OF_WORKER = /^(?:adapter|inspect|cache_.*)$/;

/** `open` with servers beside it. */
export function withServers(open: () => WorkerPort, servers: OpenServers = openServers): () => WorkerPort {
  return () => {
    const worker = open();
    const listeners: ((event: MessageEvent) => void)[] = [];
    /** Runs that the server has. */
    const runs = new Set<number>();
    let engine: Promise<ServerEngine> | null = null;
    let inUse: 'worker' | 'server' = 'worker';
    const say: Say = event => {
      if (event.type === 'loaded') inUse = 'server';
      if (event.type === 'done' || event.type === 'failed') runs.delete(event.run);
      for (const listener of listeners) listener({ data: event } as MessageEvent);
    };
    worker.addEventListener('message', ({ data }) => {
      if ((data as EngineEvent).type === 'loaded') inUse = 'worker';
    });
    const toServer = (command: Command): boolean => {
      if (command.type === 'cancel') return runs.has(command.run);
      if (command.type === 'load') return command.source.kind === 'server';
      return inUse === 'server' && !OF_WORKER.test(command.type);
    };
    return {
      postMessage: (command, transfer) => {
        if (!toServer(command)) return worker.postMessage(command, transfer);
        const { run } = command;
        runs.add(run);
        engine ??= servers(say);
        engine.then(
          made => made.receive(command),
          (thrown: unknown) => {
            engine = null;
            const error = { code: 'internal', message: String(thrown), detail: {} } as const;
            say({ type: 'failed', run, error });
          },
        );
      },
      addEventListener: (type: string, listener: (event: never) => void) => {
        worker.addEventListener(type as 'message', listener as (event: MessageEvent) => void);
        if (type === 'message') listeners.push(listener as (event: MessageEvent) => void);
      },
      terminate: () => {
        worker.terminate();
        void engine?.then(made => made.dispose());
      },
    };
  };
}
