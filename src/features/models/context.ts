// Allows the model in use another context.
import type { Stores } from '../../stores/stores.ts';

/** The answer comes to the store of the model as every change of the context does. A model that goes away meanwhile needs none. */
export async function allowContext({ work }: Pick<Stores, 'work'>, tokens: number): Promise<void> {
  try {
    for await (const _ of work.client.run({ type: 'allow_context', tokens }));
  } catch {
    // A lost device or a crash is told of by itself.
  }
}
