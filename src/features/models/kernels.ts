// The kernels of the model in use, checked on this GPU: by itself once a load has come to rest, and when a person asks.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { selfTest } from '../../client/self-test.ts';
import type { SelfTestReport } from '../../protocol/self-test.ts';
import { defineFeatureStore } from '../../stores/feature-store.ts';
import { IDLE_TASK, type TaskState, ViewTask } from '../../stores/gpu-work/view-task.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { QUIET_MS } from './quiet.ts';

/** Parts of the progress. */
const PARTS = 100;

export interface KernelsState {
  readonly task: TaskState;
  /** Of the model in use; null before. */
  readonly report: SelfTestReport | null;
  /** All of it anew, with the kernels of several answers. */
  check(): Promise<void>;
  stop(): void;
}

export const kernelsStore = defineFeatureStore<StoreApi<KernelsState>>(stores => {
  const { model, generation, work } = stores;
  const store = createStore<KernelsState>()(() => ({
    task: IDLE_TASK,
    report: null,
    check: () => run(true),
    stop: () => task.stop(),
  }));
  const task = new ViewTask(work, state => store.setState({ task: state }));
  let endWait = (): void => {};

  async function run(asked: boolean): Promise<void> {
    endWait();
    // What is interrupted goes on from what the worker has kept: it forgets once.
    let forget = asked;
    await task.run(PARTS, async (signal, progress) => {
      const told = (share: number): void => {
        forget = false;
        progress(Math.floor(PARTS * share));
      };
      const report = await selfTest(work.client, { forget, several: asked }, told, signal);
      store.setState({ report });
    });
    // Without a network its code does not come: nobody asked for it, and the next load will.
    if (!asked && task.state.error?.code === 'missing_part') task.reset();
  }

  function wait(): void {
    endWait();
    const { load } = model.getState();
    if (load.status !== 'ready' || load.model.server !== undefined || load.model.recorded) return;
    endWait = work.later(QUIET_MS, () => {
      if (isRunning(generation.getState().status)) wait();
      else void run(false);
    });
  }

  wait();
  const end = model.subscribe(({ load: now }, { load: before }) => {
    if (now === before || (now.status !== 'ready' && now.status === before.status)) return;
    task.reset();
    store.setState({ report: null });
    wait();
  });
  return {
    store,
    dispose: () => {
      end();
      endWait();
      task.reset();
    },
  };
});
