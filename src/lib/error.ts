// The one error type of every layer: a code the page can choose words by, a message for people who debug.

export const ERROR_CODES = [
  // the machine
  'no_webgpu',
  'insecure_context',
  'no_adapter',
  'device_failed',
  'device_lost',
  'out_of_memory',
  'model_too_large',
  'kernel_failed',
  // the model
  'unsupported_model',
  'unsupported_config',
  'quantised',
  'missing_file',
  'choose_file',
  'bad_safetensors',
  'bad_pytorch',
  'bad_gguf',
  'bad_json',
  'missing_tensor',
  'bad_tensor',
  'bad_tokenizer',
  'tokenizer_mismatch',
  // the way to the model
  'bad_model_name',
  'not_found',
  'unauthorized',
  'rate_limited',
  'network',
  'integrity',
  'cache',
  // a server as the engine
  'server_unreachable',
  'server_refused',
  'bad_answer',
  'not_given',
  // a recording in the place of an engine
  'not_recorded',
  // the run
  'no_model',
  'empty_prompt',
  'prompt_too_long',
  'bad_token',
  'bad_settings',
  'bad_constraint',
  'constraint_dead_end',
  'nan_logits',
  'cancelled',
  // the program
  'missing_part',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Facts that a sentence for people may need: `{ file: 'config.json', status: 404 }`. Structured-cloneable. */
export type ErrorDetail = Readonly<Record<string, string | number>>;

export class NucleusError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NucleusError';
    this.code = code;
    this.detail = detail;
  }
}

/** A part of the program that `import()` did not get, in the words of Chromium, Firefox and Safari: no network, or a server that has a newer version. */
const MISSING_PART = /dynamically imported module|importing a module script failed/i;

/** Any thrown value as a NucleusError; an unknown one becomes `internal` with its own words. */
export function asNucleusError(thrown: unknown): NucleusError {
  if (thrown instanceof NucleusError) return thrown;
  if (thrown instanceof DOMException && thrown.name === 'AbortError') return new NucleusError('cancelled', 'cancelled');
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new NucleusError(MISSING_PART.test(message) ? 'missing_part' : 'internal', message, {}, { cause: thrown });
}

/** What of an error crosses between page and worker: plain, so that it can be cloned. */
type Crossing = Pick<NucleusError, 'code' | 'message' | 'detail'>;

/** Any thrown value as it crosses. */
export function toWire(thrown: unknown): Crossing {
  const { code, message, detail } = asNucleusError(thrown);
  return { code, message, detail };
}

/** The error that has crossed. */
export function fromWire({ code, message, detail }: Crossing): NucleusError {
  return new NucleusError(code, message, detail);
}

/** What `work` gives; an error that it throws has `detail` beside its own. */
export function withDetail<T>(detail: ErrorDetail, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message, detail: own } = asNucleusError(error);
    throw new NucleusError(code, message, { ...own, ...detail }, { cause: error });
  }
}
