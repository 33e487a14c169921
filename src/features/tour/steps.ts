// The steps of the tour: what each says, and the part of the page that it points at. Where the first part is out of sight the next one stands in.

export interface TourStep {
  readonly key: string;
  readonly title: string;
  readonly words: string;
  /** Selectors, the best first. */
  readonly parts: readonly string[];
}

const VIEWS = '[role="tablist"][aria-label="Views"]';
/** What leads to the views on a phone. */
const STRIP = '.shell-strip button:first-child';

export const TOUR: readonly TourStep[] = [
  {
    key: 'tint',
    title: 'Your text, as the model reads it',
    words:
      'It is cut into tokens. The stronger the tint of one, the less the model expected it there; blue ink is what it wrote itself. Click a token to look at it.',
    parts: ['[data-testid="overlay"] [data-step]:not([data-step="0"])', '[data-testid="editor"]'],
  },
  {
    key: 'distribution',
    title: 'What else could have stood there',
    words:
      'Every token of the vocabulary with its probability, before sampling and after it. Choose one, and the text goes on from it instead.',
    parts: ['[role="grid"][aria-label="Candidates"]', '.shell-views', STRIP],
  },
  {
    key: 'slider',
    title: 'Sliders that answer at once',
    words:
      'Temperature, top-p and the others reshape that distribution while you move them. The model does not run again for it.',
    parts: [
      '.shell-side input[type="range"][aria-label="Temperature"]',
      '.shell-settings',
      '.shell-strip button:last-child',
    ],
  },
  {
    key: 'run',
    title: 'Let it write',
    words:
      'Run goes on from the end of the text, Step draws one token. With the caret within the text a further button runs from there.',
    parts: ['[role="toolbar"][aria-label="Run"] button'],
  },
  {
    key: 'branches',
    title: 'Nothing is lost',
    words:
      'What you draw again, choose otherwise or cut away stays as a branch. This view shows all of them as a tree; Undo takes a whole run back.',
    parts: [`${VIEWS} [id$="-branches"]`, VIEWS, '[aria-label^="Undo"]'],
  },
  {
    key: 'views',
    title: 'Look inside',
    words:
      'What each layer would say, what every head reads, the whole model as one picture with your token on its way through it. Each view says what it is for.',
    parts: [VIEWS, STRIP],
  },
];
