// What each view is for, in one sentence, for a person who opens it for the first time.
import type { Side } from '../stores/view.ts';

export const PURPOSES: Readonly<Record<Side, string>> = {
  token: 'Every token that could stand at this place, with its probability before and after sampling.',
  chat: 'A conversation in the model’s own format; its turns are tokens of the text, so that every other view can look at them.',
  text: 'How well the model predicted the whole text, token by token, and where it was surprised.',
  answers: 'Several continuations of the same text next to each other, to compare them and go on with one.',
  compare: 'One prompt under several settings, seeds, prompts or models: where they part, and how far apart they are.',
  search: 'Likely continuations, looked for rather than drawn: which beginnings live, what falls out and why.',
  branches: 'Every road this text has taken, as a tree: what you draw again or cut away stays here.',
  commands: 'What a text may ask from outside the model, who answers it, and what it has been answered.',
  lens: 'What the model would say next if it stopped after each of its layers: a prediction as it takes shape.',
  attention: 'Which earlier tokens each head of the model reads at the place you point at.',
  ablation: 'What a part of the model is good for: without it the prediction changes, or it does not.',
  model: 'The whole model as one picture: what every part adds while one token passes through.',
  follow: 'The way of one token through the model in seven steps, from its bytes to the draw.',
};
