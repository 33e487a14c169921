// How a person looks at the page: theme, tint, open panels. Nothing here changes text or numbers.
import { createStore, type StoreApi } from 'zustand/vanilla';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What the tint of a token shows; always of the distribution before sampling. */
export const TINTS = ['probability', 'rank', 'surprisal', 'entropy', 'none'] as const;
export type Tint = (typeof TINTS)[number];

/** What the column beside the text looks at: one token, the whole text, several answers, columns beside each other, searches, its branches, the inside of the model, its way step by step and as one picture, a conversation. */
export const SIDES = [
  'token',
  'text',
  'answers',
  'compare',
  'search',
  'branches',
  'lens',
  'attention',
  'ablation',
  'follow',
  'model',
  'chat',
  'commands',
] as const;
export type Side = (typeof SIDES)[number];

export const INSPECTOR_PANELS = ['candidates', 'stages', 'token'] as const;
export type InspectorPanel = (typeof INSPECTOR_PANELS)[number];

/** The way of a token through a decoder, in its order. */
export const FOLLOW_STEPS = ['tokenise', 'embed', 'layers', 'attention', 'logits', 'softmax', 'select'] as const;
export type FollowStep = (typeof FOLLOW_STEPS)[number];

/** What the bars of a list are long for: their share of 1, of the largest in the list, or its logarithm. */
export const BAR_SCALES = ['whole', 'largest', 'log'] as const;
export type BarScale = (typeof BAR_SCALES)[number];

/** At most one is open. `inspector` and `settings` are sheets on a phone. */
const DIALOGS = [
  'documents',
  'models',
  'keys',
  'palette',
  'about',
  'share',
  'profile',
  'code',
  'presets',
  'inspector',
  'settings',
] as const;
export type Dialog = (typeof DIALOGS)[number];

/** Candidates shown at first, and how many come with each "more". */
export const CANDIDATES_STEP = 25;

/** What a reload keeps. */
export interface ViewChoices {
  readonly theme: Theme;
  readonly tint: Tint;
  readonly side: Side;
  readonly panel: InspectorPanel;
  /** Where the way of a token is looked at. */
  readonly followStep: FollowStep;
  /** Borders between all tokens, not only tints. */
  readonly borders: boolean;
  /** Spaces and line ends as faint glyphs. */
  readonly whitespace: boolean;
  readonly barScale: BarScale;
}

/** How the steps of sampling are looked at; kept from token to token. */
export interface StagesView {
  /** Where both differ: as the token was drawn, or with the settings as they stand. */
  readonly side: 'drawn' | 'now';
  /** Numbers in full. */
  readonly exact: boolean;
  readonly leaders: 'picture' | 'table';
  readonly draw: 'picture' | 'table';
}

interface ViewState extends ViewChoices {
  readonly dialog: Dialog | null;
  /** Rows of the candidate list shown. */
  readonly candidateCount: number;
  /** Text or id looked for in the candidates. */
  readonly search: string;
  /** The candidate a click has selected, by token id; null when none. */
  readonly candidate: number | null;
  /** The token that is followed through the steps of sampling, wherever the caret goes; null: the one at the place. */
  readonly followed: number | null;
  readonly stages: StagesView;
}

interface ViewActions {
  setTheme(theme: Theme): void;
  setTint(tint: Tint): void;
  setSide(side: Side): void;
  setPanel(panel: InspectorPanel): void;
  setFollowStep(step: FollowStep): void;
  setBorders(borders: boolean): void;
  setWhitespace(whitespace: boolean): void;
  setBarScale(barScale: BarScale): void;
  open(dialog: Dialog): void;
  close(): void;
  /** Where another has taken its place, that one stays. */
  closeOf(dialog: Dialog): void;
  showMore(): void;
  showAll(): void;
  setSearch(search: string): void;
  selectCandidate(id: number | null): void;
  /** Takes the place of a selected candidate. */
  follow(id: number | null): void;
  changeStages(part: Partial<StagesView>): void;
  /** Another token is looked at: the list starts from the top again. */
  resetCandidates(): void;
  restore(kept: Partial<ViewChoices>): void;
}

export type ViewStoreState = ViewState & ViewActions;
export type ViewStore = StoreApi<ViewStoreState>;

/** Names of the choices that a reload keeps. */
export const VIEW_CHOICES = [
  'theme',
  'tint',
  'side',
  'panel',
  'followStep',
  'borders',
  'whitespace',
  'barScale',
] as const satisfies readonly (keyof ViewChoices)[];

export const DEFAULT_VIEW: ViewChoices = {
  theme: 'system',
  tint: 'probability',
  side: 'token',
  panel: 'candidates',
  followStep: 'tokenise',
  borders: false,
  whitespace: true,
  barScale: 'whole',
};

export function createViewStore(): ViewStore {
  return createStore<ViewStoreState>()(set => ({
    ...DEFAULT_VIEW,
    dialog: null,
    candidateCount: CANDIDATES_STEP,
    search: '',
    candidate: null,
    followed: null,
    stages: { side: 'now', exact: false, leaders: 'picture', draw: 'picture' },
    setTheme: theme => set({ theme }),
    setTint: tint => set({ tint }),
    setSide: side => set({ side }),
    setPanel: panel => set({ panel }),
    setFollowStep: followStep => set({ followStep }),
    setBorders: borders => set({ borders }),
    setWhitespace: whitespace => set({ whitespace }),
    setBarScale: barScale => set({ barScale }),
    open: dialog => set({ dialog }),
    close: () => set({ dialog: null }),
    closeOf: dialog => set(state => (state.dialog === dialog ? { dialog: null } : state)),
    showMore: () => set(state => ({ candidateCount: state.candidateCount + CANDIDATES_STEP })),
    showAll: () => set({ candidateCount: Number.MAX_SAFE_INTEGER }),
    setSearch: search => set({ search, candidateCount: CANDIDATES_STEP }),
    selectCandidate: candidate => set({ candidate }),
    changeStages: part => set(state => ({ stages: { ...state.stages, ...part } })),
    follow: followed => set({ followed, candidate: null }),
    resetCandidates: () => set({ candidateCount: CANDIDATES_STEP, search: '', candidate: null }),
    restore: kept => set(kept),
  }));
}
