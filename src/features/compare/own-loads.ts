// The models that a run of columns loads, told from those that a person or another tab asks for meanwhile.
import { NucleusError } from '../../lib/error.ts';
import type { ModelSource } from '../../lib/model-source.ts';
import type { ModelStore } from '../../stores/model/types.ts';
import { inUse } from './way-back.ts';

export class OwnLoads {
  readonly #model: ModelStore;
  /** `asks` of the model's state when the run began, and as it left it last. */
  readonly #first: number;
  #last: number;

  constructor(model: ModelStore) {
    this.#model = model;
    this.#first = model.getState().asks;
    this.#last = this.#first;
  }

  /** Nobody else has asked for a load or an unload since the run began. */
  get undisturbed(): boolean {
    return this.#model.getState().asks === this.#last;
  }

  /** The last load or unload was one of the run. */
  get stand(): boolean {
    return this.undisturbed && this.#last !== this.#first;
  }

  /** Throws where the model cannot be had, and where it would take the place of what somebody else has asked for. */
  async load(source: ModelSource): Promise<void> {
    if (!this.undisturbed) throw new NucleusError('cancelled', 'another model was chosen');
    const loaded = this.#model.getState().loadModel(source);
    this.#last = this.#model.getState().asks;
    await loaded;
    const { load, failure } = this.#model.getState();
    if (load.status === 'failed') throw new NucleusError(load.error.code, load.error.message, load.error.detail);
    if (failure !== null) throw new NucleusError(failure.error.code, failure.error.message, failure.error.detail);
    if (!inUse({ model: this.#model }, source)) throw new NucleusError('cancelled', 'the model was not loaded');
  }
}
