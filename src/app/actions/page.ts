// Actions of documents, models and the page: dialogs, themes, what is open.
import { focusText } from '../../features/shared/focusText.ts';
import { roomStore } from '../../features/shared/room.ts';
import { isComing } from '../../stores/model/under-way.ts';
import type { Dialog } from '../../stores/view.ts';
import { THEMES } from '../../stores/view.ts';
import { keepTheme } from '../theme.ts';
import type { Action, Group } from './action.ts';

const opens = (
  id: string,
  dialog: Dialog,
  title: string,
  group: Group,
  rest: Partial<Pick<Action, 'keys' | 'words' | 'reach'>> = {},
): Action => ({ id, title, group, ...rest, act: ({ view }) => view.getState().open(dialog) });

const THEME_ACTIONS: readonly Action[] = THEMES.map(theme => ({
  id: `theme:${theme}`,
  title: theme === 'system' ? 'Theme: as the system' : `Theme: ${theme}`,
  words: 'dark light colours',
  group: 'Page',
  hindrance: ({ view }) => (view.getState().theme === theme ? 'It is so' : null),
  act: ({ view }) => {
    keepTheme(theme);
    view.getState().setTheme(theme);
  },
}));

const NOT_READ = 'What was kept is still being read';

export const PAGE_ACTIONS: readonly Action[] = [
  {
    id: 'new_document',
    title: 'New document',
    group: 'Documents',
    keys: ['Own+N'],
    hindrance: ({ documents }) => (documents.getState().acts === null ? NOT_READ : null),
    act: ({ documents }) => {
      // What is typed now is for the new one.
      focusText();
      void documents.getState().acts?.create();
    },
  },
  opens('documents', 'documents', 'Documents', 'Documents', { keys: ['Own+O'], words: 'open list search' }),
  {
    id: 'duplicate_document',
    title: 'Duplicate this document',
    words: 'copy',
    group: 'Documents',
    hindrance: ({ documents }) => (documents.getState().acts === null ? NOT_READ : null),
    act: ({ documents }) => {
      const { acts, id } = documents.getState();
      void acts?.duplicate(id);
    },
  },
  opens('models', 'models', 'Models: load, open files, what is stored', 'Models', { keys: ['Own+M'] }),
  {
    id: 'cancel_load',
    title: 'Cancel the load of the model',
    group: 'Models',
    hindrance: ({ model }) => (isComing(model.getState()) ? null : 'No model is being loaded'),
    act: ({ model }) => model.getState().cancelLoad(),
  },
  opens('profile', 'profile', 'Where the time goes', 'Models', { words: 'profile kernels' }),
  opens('share', 'share', 'Share and export', 'Page', { words: 'link json csv file' }),
  opens('presets', 'presets', 'Saved presets', 'Settings', { words: 'save keep name experiments' }),
  opens('code', 'code', 'View code', 'Page', { words: 'python transformers javascript curl openai api logits' }),
  ...THEME_ACTIONS,
  {
    id: 'tour',
    title: 'Take the tour',
    words: 'help introduction first',
    group: 'Page',
    act: stores => roomStore.of(stores).getState().startTour(),
  },
  opens('palette', 'palette', 'Actions', 'Page', { keys: ['Mod+K'] }),
  opens('keys', 'keys', 'Keys', 'Page', { keys: ['?', 'Mod+/'], reach: 'anywhere', words: 'shortcuts help' }),
];
