// Test support: the pipeline in its plainest form. Objects in an array, sorted, filtered and normalised anew at every step.
import { uniform } from '../lib/rng.ts';
import type { History } from './past.ts';
import type { SamplingSettings } from './settings.ts';
import type { StepName } from './steps.ts';

/** The cuts of each sampler order as they come, written out. */
export const ORDER = {
  transformers: [
    'top_n_sigma',
    'temperature',
    'dynatemp_range',
    'top_k',
    'top_p',
    'min_p',
    'typical_p',
    'epsilon_cutoff',
    'eta_cutoff',
    'xtc_probability',
    'mirostat_tau',
  ],
  'llama.cpp': [
    'top_n_sigma',
    'top_k',
    'typical_p',
    'top_p',
    'min_p',
    'epsilon_cutoff',
    'eta_cutoff',
    'xtc_probability',
    'temperature',
    'dynatemp_range',
    'mirostat_tau',
  ],
} as const;
const LOGITS = [
  'guidance_scale',
  'end_of_text',
  'logit_bias',
  'repetition_penalty',
  'frequency_penalty',
  'presence_penalty',
  'dry_multiplier',
  'constraint',
] as const;

interface Token {
  readonly id: number;
  readonly logit: number;
  readonly p: number;
}
interface PlainStep {
  readonly name: StepName;
  /** What is left, by falling logit. */
  readonly tokens: readonly Token[];
  readonly massRemoved: number;
}

/** Sorts, and computes the softmax of what is left. */
function normalised(tokens: readonly { id: number; logit: number }[]): Token[] {
  const sorted = tokens.toSorted((a, b) => b.logit - a.logit || a.id - b.id);
  const top = sorted[0]?.logit ?? 0;
  const total = sorted.reduce((sum, { logit }) => sum + Math.exp(logit - top), 0);
  return sorted.map(({ id, logit }) => ({ id, logit, p: Math.exp(logit - top) / total }));
}

/** Notes when a decision hangs on the last bits, where two right sums may differ. */
export class Doubt {
  found = false;
  compare(a: number, b: number): void {
    if (Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))) this.found = true;
  }
}

function plainNucleus(tokens: readonly Token[], mass: number, doubt: Doubt): Token[] {
  const kept: Token[] = [];
  let reached = 0;
  for (const token of tokens) {
    if (kept.length > 0 && reached >= mass) break;
    kept.push(token);
    reached += token.p;
    doubt.compare(reached, mass);
  }
  return kept;
}

function plainTypical(tokens: readonly Token[], mass: number, doubt: Doubt): Token[] {
  const top = tokens[0]!;
  const surprisal = (token: Token): number => top.logit - token.logit - Math.log(top.p);
  const entropy = tokens.reduce((sum, token) => (token.p > 0 ? sum + token.p * surprisal(token) : sum), 0);
  const far = tokens.map(token => ({ token, distance: Math.abs(surprisal(token) - entropy) }));
  far.sort((a, b) => a.distance - b.distance);
  far.forEach((entry, i) => {
    const next = far[i + 1];
    if (next && next.token.logit !== entry.token.logit) doubt.compare(entry.distance, next.distance);
  });
  let reached = 0;
  let limit = 0;
  for (const { token, distance } of far) {
    if (reached >= mass) break;
    limit = distance;
    reached += token.p;
    doubt.compare(reached, mass);
  }
  return far.filter(({ distance }) => distance <= limit).map(({ token }) => token);
}

/** Those less likely than `least`, but never the likeliest and what is exactly as likely. */
function plainLeast(tokens: readonly Token[], least: number, doubt: Doubt): Token[] {
  const top = tokens[0]!;
  return tokens.filter(({ p }) => {
    if (p !== top.p) doubt.compare(p, least);
    return p >= least || p === top.p;
  });
}

export const entropyOf = (tokens: readonly Token[]): number =>
  tokens.reduce((sum, { p }) => (p > 0 ? sum - p * Math.log(p) : sum), 0);

function plainSigma(tokens: readonly Token[], n: number, doubt: Doubt): Token[] {
  const logits = tokens.map(({ logit }) => logit);
  const mean = logits.reduce((a, b) => a + b, 0) / logits.length;
  const deviation = Math.sqrt(logits.reduce((a, b) => a + (b - mean) ** 2, 0) / logits.length);
  const top = logits[0]!;
  return tokens.filter(({ logit }) => {
    if (logit !== top) doubt.compare(top - logit, n * deviation);
    return logit === top || top - logit <= n * deviation;
  });
}

/** The temperature is on the logits already and is taken off again. */
function plainDynamic(tokens: readonly Token[], s: SamplingSettings, doubt: Doubt): { id: number; logit: number }[] {
  if (tokens.length < 2) return [...tokens];
  const own = normalised(tokens.map(({ id, logit }) => ({ id, logit: logit * s.temperature })));
  const low = Math.max(0, s.temperature - s.dynatemp_range);
  const share = entropyOf(own) / Math.log(tokens.length);
  const made = low + (s.temperature + s.dynatemp_range - low) * share ** s.dynatemp_exponent;
  // So cold that the last bits of the entropy decide, or logits that come out equal.
  if (made < 1e-6 || (share > 0 && share < 1e-6)) doubt.found = true;
  const changed = own.map(({ id, logit }) => ({ id, logit: logit / made }));
  changed.slice(1).forEach(({ logit }, i) => {
    if (logit === changed[i]!.logit && own[i]!.logit !== own[i + 1]!.logit) doubt.found = true;
  });
  return changed;
}

function plainXtc(tokens: readonly Token[], s: SamplingSettings, history: History, doubt: Doubt): Token[] {
  const coin = history.seed === undefined ? 0 : uniform(history.seed, history.ids.length, 0, 1);
  if (coin >= s.xtc_probability) return [...tokens];
  for (const { p } of tokens) if (s.xtc_threshold > 0) doubt.compare(p, s.xtc_threshold);
  const likely = tokens.filter(({ p }) => p >= s.xtc_threshold).length;
  return tokens.slice(Math.max(0, likely - 1));
}

function plainMirostat(tokens: readonly Token[], s: SamplingSettings, history: History, doubt: Doubt): Token[] {
  const surprises = [...(history.pAfter ?? [])].filter(p => p > 0).map(p => -Math.log2(p));
  const bound = surprises.reduce(
    (mu, surprise) => mu - s.mirostat_eta * (surprise - s.mirostat_tau),
    2 * s.mirostat_tau,
  );
  return tokens.filter(({ p }, i) => {
    doubt.compare(-Math.log2(p), bound);
    return i === 0 || -Math.log2(p) <= bound;
  });
}

/** Length of the longest end of the text that stands before each id somewhere, counted token by token; no breaker is in such a text. */
function plainDry(s: SamplingSettings, history: History): Map<number, number> {
  const all = [...history.ids];
  const text = s.dry_penalty_last_n < 0 ? all : all.slice(Math.max(0, all.length - s.dry_penalty_last_n));
  const found = new Map<number, number>();
  if (text.length <= s.dry_allowed_length) return found;
  for (let at = 1; at < text.length; at++) {
    let length = 0;
    while (length < at && text[at - 1 - length] === text[text.length - 1 - length]) length++;
    if (length >= s.dry_allowed_length) found.set(text[at]!, Math.max(length, found.get(text[at]!) ?? 0));
  }
  return found;
}

function plainStep(
  name: StepName,
  tokens: readonly Token[],
  s: SamplingSettings,
  history: History,
  cutIds: readonly number[],
  doubt: Doubt,
): { id: number; logit: number }[] {
  const last = s.repeat_last_n < 0 ? history.ids.length : s.repeat_last_n;
  const within = [...history.ids].map((id, i) => ({ id, drawn: history.drawn[i] === 1 })).slice(-last || Infinity);
  const generated = (id: number): number =>
    within.filter(other => other.id === id && (other.drawn || s.penalties_count === 'all')).length;
  const change = (f: (id: number, logit: number) => number) =>
    tokens.map(({ id, logit }) => ({ id, logit: f(id, logit) }));
  switch (name) {
    case 'end_of_text':
      return tokens.filter(({ id }) => !cutIds.includes(id));
    case 'logit_bias':
      return change((id, logit) =>
        s.logit_bias
          .filter(entry => entry.id === id)
          .reduce((l, { bias }) => (bias <= -100 ? -Infinity : l + bias), logit),
      ).filter(({ logit }) => logit !== -Infinity);
    case 'repetition_penalty':
      return change((id, logit) => {
        if (!within.some(other => other.id === id)) return logit;
        return logit > 0 ? logit / s.repetition_penalty : logit * s.repetition_penalty;
      });
    case 'frequency_penalty':
      return change((id, logit) => logit - generated(id) * s.frequency_penalty);
    case 'presence_penalty':
      return change((id, logit) => logit - (generated(id) > 0 ? s.presence_penalty : 0));
    case 'temperature':
      // Logits a last bit apart may come out equal, and then their ids would decide.
      tokens.slice(1).forEach(({ logit }, i) => {
        const before = tokens[i]?.logit ?? logit;
        if (logit !== before && logit / s.temperature === before / s.temperature) doubt.found = true;
      });
      return s.temperature === 0 ? tokens.slice(0, 1) : change((_, logit) => logit / s.temperature);
    case 'top_k':
      return s.top_k === 0 ? [...tokens] : tokens.slice(0, s.top_k);
    case 'top_p':
      return s.top_p >= 1 ? [...tokens] : plainNucleus(tokens, s.top_p, doubt);
    case 'min_p': {
      const limit = s.min_p * tokens[0]!.p;
      for (const { p, logit } of tokens) {
        const exact = s.min_p === 1 && logit === tokens[0]!.logit;
        if (s.min_p > 0 && !exact && Math.abs(p - limit) <= 1e-9 * limit) doubt.found = true;
      }
      return tokens.filter(({ p }) => s.min_p === 0 || p >= limit);
    }
    case 'typical_p':
      return s.typical_p >= 1 ? [...tokens] : plainTypical(tokens, s.typical_p, doubt);
    case 'dry_multiplier': {
      const lengths = s.dry_multiplier === 0 ? new Map<number, number>() : plainDry(s, history);
      return change((id, logit) => {
        const length = lengths.get(id);
        return length === undefined ? logit : logit - s.dry_multiplier * s.dry_base ** (length - s.dry_allowed_length);
      });
    }
    case 'top_n_sigma':
      return s.top_n_sigma === 0 ? [...tokens] : plainSigma(tokens, s.top_n_sigma, doubt);
    case 'epsilon_cutoff':
      return s.epsilon_cutoff === 0 ? [...tokens] : plainLeast(tokens, s.epsilon_cutoff, doubt);
    case 'eta_cutoff': {
      const least = Math.min(s.eta_cutoff, Math.sqrt(s.eta_cutoff) * Math.exp(-entropyOf(tokens)));
      return s.eta_cutoff === 0 ? [...tokens] : plainLeast(tokens, least, doubt);
    }
    case 'dynatemp_range':
      return s.dynatemp_range === 0 ? [...tokens] : plainDynamic(tokens, s, doubt);
    case 'xtc_probability':
      return s.xtc_probability === 0 ? [...tokens] : plainXtc(tokens, s, history, doubt);
    case 'mirostat_tau':
      return s.mirostat_tau === 0 ? [...tokens] : plainMirostat(tokens, s, history, doubt);
    case 'guidance_scale':
      // Off in these runs.
      return [...tokens];
    case 'constraint': {
      const { mask } = history;
      const on = s.constraint.kind !== 'none' && mask !== undefined;
      return on
        ? tokens.filter(({ id }) => Math.floor((mask.bits[Math.floor(id / 32)] ?? 0) / 2 ** (id % 32)) % 2 === 1)
        : [...tokens];
    }
    default:
      return name satisfies never;
  }
}

/** Every step in its order, with what each leaves. */
export function plainSample(
  logits: Float32Array,
  s: SamplingSettings,
  history: History,
  cutIds: readonly number[],
  doubt: Doubt,
) {
  let tokens = normalised(
    Array.from(logits, (logit, id) => ({ id, logit })).filter(({ logit }) => logit !== -Infinity),
  );
  const steps: PlainStep[] = [];
  for (const name of [...LOGITS, ...ORDER[s.order]]) {
    if (tokens.length === 0) return steps;
    const left = normalised(plainStep(name, tokens, s, history, cutIds, doubt));
    const stays = new Set(left.map(({ id }) => id));
    const massRemoved = tokens.reduce((sum, { id, p }) => (stays.has(id) ? sum : sum + p), 0);
    steps.push({ name, tokens: left, massRemoved });
    tokens = left;
  }
  return steps;
}
