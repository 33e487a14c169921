// What checks have found of kernels, kept for an adapter with its driver, the browser and the build of the shaders: a variant that was wrong stays off.
import { literal, nullable, number, object, record, safeParse, string } from 'valibot';
import type { Gpu } from '../gpu/device.ts';
import { SHADERS } from '../gpu/shaders.ts';
import { sha256 } from '../hub/hash.ts';
import type { TuningStore } from '../hub/tuning-store.ts';
import { adapterKey } from './tuning.ts';

/** Of the record and of how checks are made. Another number makes all records unknown. */
const VERSION = 1;

/** Of one module with its grid. */
export interface Verdict {
  /** Of the kernel: `linear_row q4_k`. */
  readonly variant: string;
  /** The largest; null where a number was none. */
  readonly error: number | null;
  /** Repetitions that were wrong. */
  readonly wrong: number;
}

const RECORD = object({
  version: literal(VERSION),
  build: string(),
  verdicts: record(string(), object({ variant: string(), error: nullable(number()), wrong: number() })),
});

const digest = async (text: string): Promise<string> =>
  (await sha256(new Uint8Array(new TextEncoder().encode(text)))).slice(0, 16);

/** What a verdict is about: the text of a module, and the workgroups that it runs in. */
export const fingerprintOf = (code: string, grid: unknown): Promise<string> => digest(code + JSON.stringify(grid));

/** The browser with its whole version, where it tells. */
async function browserName(): Promise<string> {
  const { navigator } = globalThis as { navigator?: Partial<Navigator> & { userAgentData?: UserAgentFacts } };
  const facts = await navigator?.userAgentData?.getHighEntropyValues?.(['fullVersionList']).catch(() => null);
  const versions = facts?.fullVersionList?.map(({ brand, version }) => `${brand} ${version}`).join(', ') ?? '';
  return [navigator?.userAgent ?? '', versions].filter(part => part !== '').join(' · ');
}

interface UserAgentFacts {
  getHighEntropyValues?(
    names: string[],
  ): Promise<{ fullVersionList?: readonly { readonly brand: string; readonly version: string }[] }>;
}

export class Verdicts {
  readonly #store: TuningStore;
  readonly #browser: () => Promise<string>;
  readonly #all = new Map<string, Verdict>();
  /** Of the adapter that `#all` is about. */
  #key = '';
  /** Reads `#all` for `#key`; who recalls meanwhile waits for the same. */
  #known: Promise<void> = Promise.resolve();
  #build: Promise<string> | null = null;

  constructor(store: TuningStore, browser = browserName) {
    this.#store = store;
    this.#browser = browser;
  }

  /** By fingerprint. */
  get all(): ReadonlyMap<string, Verdict> {
    return this.#all;
  }

  /** The hash of all shaders. */
  get build(): Promise<string> {
    this.#build ??= digest([...SHADERS].flat().join('\n'));
    return this.#build;
  }

  get browser(): Promise<string> {
    return this.#browser();
  }

  /** Fills `gpu.off` by what is kept for it; before plans are made. No failure of the store keeps a model from loading. */
  async recall(gpu: Gpu): Promise<void> {
    const key = await this.#keyOf(gpu);
    if (key !== this.#key) {
      this.#all.clear();
      this.#key = key;
      this.#known = this.#read(key);
    }
    await this.#known;
    switchOff(gpu, this.#all);
  }

  async #read(key: string): Promise<void> {
    const stored = safeParse(RECORD, await this.#store.get(key).catch(() => null));
    const known = stored.success && stored.output.build === (await this.build) ? stored.output.verdicts : {};
    if (key !== this.#key) return;
    for (const [fingerprint, verdict] of Object.entries(known)) this.#all.set(fingerprint, verdict);
  }

  /** Adds what was found, switches off what was wrong, and writes. */
  async add(gpu: Gpu, found: ReadonlyMap<string, Verdict>): Promise<void> {
    for (const [fingerprint, verdict] of found) this.#all.set(fingerprint, verdict);
    switchOff(gpu, this.#all);
    const verdicts = Object.fromEntries(this.#all);
    await this.#store.set(this.#key, { version: VERSION, build: await this.build, verdicts }).catch(() => {});
  }

  /** Nothing is known of this adapter, and nothing is off. */
  async forget(gpu: Gpu): Promise<void> {
    this.#all.clear();
    gpu.off.clear();
    await this.#store.delete(this.#key).catch(() => {});
  }

  async #keyOf(gpu: Gpu): Promise<string> {
    return `checked ${adapterKey(gpu)} ${await this.#browser()}`;
  }
}

function switchOff({ off }: Gpu, verdicts: ReadonlyMap<string, Verdict>): void {
  off.clear();
  for (const { variant, wrong } of verdicts.values()) if (wrong > 0) off.add(variant);
}
