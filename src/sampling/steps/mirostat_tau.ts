// Mirostat 2 (Basu et al., "Mirostat: a neural text decoding algorithm that directly controls perplexity", 2021), as llama.cpp has it: cuts tokens more
// surprising than a bound that follows the surprises of what was drawn.
//
// The bound is no state that a run carries but a function of the text: 2 tau, moved by each token that mirostat drew on this branch with the same settings,
// whichever run drew it. So Run, Step, stop-and-go, branches and replays agree, and any distribution can be made again.
import type { Past } from '../past.ts';
import { numeric } from '../setting.ts';
import { cutStep } from './step.ts';

const mirostatEta = numeric({
  key: 'mirostat_eta',
  default: 0.1,
  off: null,
  bounds: { min: 0, max: 1, whole: false },
  label: 'Mirostat rate',
  explanation: 'How fast the bound follows; 0 leaves it at twice the target.',
  travel: { min: 0, max: 1, step: 0.01 },
  unit: '',
});

export const mirostatTau = cutStep({
  key: 'mirostat_tau',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 20, whole: false },
  label: 'Mirostat',
  explanation:
    'Cuts tokens so that the text is about this surprising, in bits a token; meant to stand alone with the temperature. 0 cuts none.',
  travel: { min: 0, max: 10, step: 0.1 },
  unit: 'bits',
  rare: true,
  beside: [mirostatEta],
  place: { transformers: 90, 'llama.cpp': 60 },
  apply: (slice, tau, past) => {
    const bound = boundOf(tau, past);
    return slice.leading(i => -Math.log2(slice.weights[i]! / slice.total) <= bound);
  },
  told: (_, tau, past) => `bound ${boundOf(tau, past).toFixed(2)} bits`,
});

/** After each token: the bound falls by eta times what the token was more surprising than tau. Bits. */
function boundOf(tau: number, past: Past): number {
  const eta = past.of(mirostatEta);
  let bound = 2 * tau;
  for (const p of past.text.pAfter ?? []) if (p > 0) bound -= eta * (-Math.log2(p) - tau);
  return bound;
}
