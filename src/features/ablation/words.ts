// The words of the view: what its terms mean, in a sentence or two.

export const ABLATION =
  'Ablation: a part of the model is switched off and the rest runs on without it. What changes is what the rest made of that part here.';

export const BASELINE =
  'What a part gives while it is off. Zero: nothing, which the layers after it may never have met. Mean: its average over the positions that are read (for the next token the text before it, else the whole text), so that only what it says about each single position is gone.';

export const EFFECT =
  'Change of the log-probability of the token when this part alone is off. Below 0: the part made the token likelier. A small effect does not prove that the part does nothing: others may stand in for it, which shows only when they are off together.';

export const KL =
  'Kullback-Leibler divergence of the distribution with parts off from the one of the whole model, over the whole vocabulary, before sampling. 0 means that nothing changed.';

export const TOTAL =
  'The natural logarithm of the probability of all these tokens together, before sampling: the sum of their log-probabilities.';

export const LIKELIEST = 'The likeliest next token, before sampling: with everything on, and with parts off.';

export const TARGET =
  'The log-probability of the token that stands here, or of the likeliest at the end of the text, or of the one chosen for the ranking: with everything on, with parts off, and the change.';
