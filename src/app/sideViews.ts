// The views beside the text. Each is loaded when it is first opened.
import type { Side } from '../stores/view.ts';
import type { Load } from './Later.tsx';

export interface SideView {
  readonly key: Side;
  readonly label: string;
  readonly load: Load;
  /** Looks inside the model, which a server keeps to itself. */
  readonly inside?: true;
}

/** In place of a view of the inside, where a server computes. */
export const NO_INSIDE: Load = async () => (await import('./NoInside.tsx')).NoInside;

/** Beside the text, in the order of their tabs. A view more is a line here, its key in `SIDES` and its sentence in `purposes.ts`. */
export const SIDE_VIEWS: readonly SideView[] = [
  {
    key: 'token',
    label: 'Token',
    load: async () => (await import('../features/probabilities/Inspector.tsx')).Inspector,
  },
  { key: 'chat', label: 'Chat', load: async () => (await import('../features/chat/Chat.tsx')).Chat },
  { key: 'text', label: 'Text', load: async () => (await import('../features/text/TextView.tsx')).TextView },
  { key: 'answers', label: 'Answers', load: async () => (await import('../features/answers/Answers.tsx')).Answers },
  { key: 'compare', label: 'Compare', load: async () => (await import('../features/compare/Compare.tsx')).Compare },
  { key: 'search', label: 'Search', load: async () => (await import('../features/search/Search.tsx')).Search },
  {
    key: 'branches',
    label: 'Branches',
    load: async () => (await import('../features/branches/Branches.tsx')).Branches,
  },
  {
    key: 'commands',
    label: 'Commands',
    load: async () => (await import('../features/commands/CommandsView.tsx')).CommandsView,
  },
  { key: 'lens', label: 'Lens', inside: true, load: async () => (await import('../features/lens/Lens.tsx')).Lens },
  {
    key: 'attention',
    label: 'Attention',
    inside: true,
    load: async () => (await import('../features/attention/Attention.tsx')).Attention,
  },
  {
    key: 'ablation',
    label: 'Ablation',
    inside: true,
    load: async () => (await import('../features/ablation/Ablation.tsx')).Ablation,
  },
  {
    key: 'model',
    label: 'Model',
    inside: true,
    load: async () => (await import('../features/flow/FlowView.tsx')).FlowView,
  },
  {
    key: 'follow',
    label: 'Follow',
    inside: true,
    load: async () => (await import('../features/follow/FollowView.tsx')).FollowView,
  },
];
