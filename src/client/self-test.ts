// What is asked of the worker about its own kernels.
import type { SelfTestCommand, SelfTestReport } from '../protocol/self-test.ts';
import type { Client } from './client.ts';
import { answer } from './requests.ts';

/** Checks the kernels of the loaded model on its adapter. `progress` is told how much of it is done, as a share. */
export async function selfTest(
  client: Client,
  asked: Pick<SelfTestCommand, 'forget' | 'several'>,
  progress: (share: number) => void,
  signal?: AbortSignal,
): Promise<SelfTestReport> {
  const { report } = await answer(client, { type: 'self_test', ...asked }, 'self_tested', signal, event => {
    if (event.type === 'self_testing') progress(event.done / event.of);
  });
  return report;
}
