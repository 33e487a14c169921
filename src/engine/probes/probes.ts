// Looks inside a model: opened when a view asks, beside the session, writing to scratch slots alone.
import { Ablation } from './ablate.ts';
import { Attention } from './attention.ts';
import type { ProbeContext } from './context.ts';
import { Lens } from './lens.ts';
import { Trace } from './trace.ts';

export class Probes {
  readonly context: ProbeContext;
  readonly lens: Lens;
  readonly attention: Attention;
  readonly ablation: Ablation;
  readonly trace: Trace;

  /** `context.scope` is the model's: what probes reserve ends with it. */
  constructor(context: ProbeContext) {
    this.context = { ...context, scope: context.scope.open('probes') };
    this.lens = new Lens(this.context);
    this.attention = new Attention(this.context);
    this.ablation = new Ablation(this.context);
    this.trace = new Trace(this.context);
  }

  /** Gives back the memory of all views; they open anew when asked. */
  close(): void {
    this.lens.close();
    this.attention.close();
    this.ablation.close();
    this.trace.close();
  }
}
