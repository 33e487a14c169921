// The dialogs and parts of the page. Each is loaded when it is first opened: the page begins with the text alone.
import type { Dialog } from '../stores/view.ts';
import type { Load } from './Later.tsx';

export interface DialogView {
  readonly key: Dialog;
  readonly title: string;
  readonly variant: 'dialog' | 'wide' | 'full';
  readonly load: Load;
}

/** Over the page; each is the content of a dialog. */
export const DIALOG_VIEWS: readonly DialogView[] = [
  {
    key: 'documents',
    title: 'Documents',
    variant: 'wide',
    load: async () => (await import('../features/documents/DocumentsPanel.tsx')).DocumentsPanel,
  },
  {
    key: 'models',
    title: 'Models',
    variant: 'wide',
    load: async () => (await import('../features/models/Models.tsx')).Models,
  },
  {
    key: 'share',
    title: 'Share and export',
    variant: 'wide',
    load: async () => (await import('../features/share/Share.tsx')).Share,
  },
  {
    key: 'profile',
    title: 'Where the time goes',
    variant: 'full',
    load: async () => (await import('../features/debug/ProfilePane.tsx')).ProfilePane,
  },
  {
    key: 'presets',
    title: 'Presets',
    variant: 'wide',
    load: async () => (await import('../features/presets/Presets.tsx')).Presets,
  },
  { key: 'code', title: 'View code', variant: 'wide', load: async () => (await import('./CodeDialog.tsx')).CodeDialog },
];

/** Parts of the page that the first sight of it can do without. Those that say something only at times show nothing while they come. */
export const PARTS = {
  settings: async () => (await import('../features/settings/Settings.tsx')).Settings,
  /** The column beside the text, and the views of a phone's sheet. */
  side: async () => (await import('./Side.tsx')).Side,
  sheet: async () => (await import('./Side.tsx')).SheetViews,
  /** The selected token of a phone, whose views are in a sheet. */
  selected: async () => (await import('../features/probabilities/SelectedStrip.tsx')).SelectedStrip,
  /** Over the text, once it is asked for. */
  find: async () => (await import('../features/find/FindBar.tsx')).FindBar,
  /** The card of the token that is pointed at. */
  card: async () => (await import('../features/word/WordCard.tsx')).WordCard,
  specials: async () => (await import('../features/editor/Specials.tsx')).Specials,
  fromHere: async () => (await import('../features/editor/FromHere.tsx')).FromHere,
  /** What the sliders of a phone do, above them. */
  live: async () => (await import('../features/probabilities/LiveBar.tsx')).LiveBar,
  title: async () => (await import('../features/documents/DocumentTitle.tsx')).DocumentTitle,
  /** What there is to say of the keeping of documents. */
  kept: async () => (await import('../features/documents/DocumentNotices.tsx')).DocumentNotices,
  /** A newer version of the page waits. */
  newer: async () => (await import('./NewVersion.tsx')).NewVersion,
  blocked: async () => (await import('./Blocked.tsx')).Blocked,
  opened: async () => (await import('../features/share/OpenedBanner.tsx')).OpenedBanner,
  loading: async () => (await import('../features/models/LoadStrip.tsx')).LoadStrip,
  messages: async () => (await import('../features/editor/Messages.tsx')).Messages,
  /** A question of the text, and the answering of commands, which is on from here. */
  commands: async () => (await import('../features/commands/QuestionLine.tsx')).QuestionLine,
  announcer: async () => (await import('../features/status/Announcer.tsx')).Announcer,
  /** Asked for in the address. */
  debug: async () => (await import('../features/debug/Debug.tsx')).Debug,
  model: async () => (await import('../features/models/ModelButton.tsx')).ModelButton,
  examples: async () => (await import('../features/editor/Examples.tsx')).Examples,
  legend: async () => (await import('../features/editor/Legend.tsx')).Legend,
  status: async () => (await import('../features/status/StatusLine.tsx')).StatusLine,
  tour: async () => (await import('./TourHost.tsx')).TourHost,
  drop: async () => (await import('./Drop.tsx')).Drop,
} as const satisfies Record<string, Load>;
