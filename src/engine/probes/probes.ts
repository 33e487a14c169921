// Looks inside a model: opened when a view asks, beside the session, writing to scratch slots alone.
import { Ablation } from './ablate.ts';
import { Attention } from './attention.ts';
import type { Bench } from './bench.ts';
import { Lens } from './lens.ts';
import { Trace } from './trace.ts';

export class Probes {
  readonly bench: Bench;
  readonly lens: Lens;
  readonly attention: Attention;
  readonly ablation: Ablation;
  readonly trace: Trace;

  /** `bench.scope` is the model's: what probes reserve ends with it. */
  constructor(bench: Bench) {
    this.bench = { ...bench, scope: bench.scope.open('probes') };
    this.lens = new Lens(this.bench);
    this.attention = new Attention(this.bench);
    this.ablation = new Ablation(this.bench);
    this.trace = new Trace(this.bench);
  }

  /** Gives back the memory of all views; they open anew when asked. */
  close(): void {
    this.lens.close();
    this.attention.close();
    this.ablation.close();
    this.trace.close();
  }
}
