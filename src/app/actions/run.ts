// Actions of runs, and of what is drawn at once.
import { wayOn } from '../../stores/messages.ts';
import { isComing, isHere } from '../../stores/model/under-way.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Action } from './action.ts';

const isBusy = ({ generation }: Stores): boolean => isRunning(generation.getState().status);

const BUSY = 'A run is under way';

/** Null with a model, or while one is on its way where that will do. */
function noModel({ model }: Stores, coming: boolean): string | null {
  const state = model.getState();
  if (isHere(state) || (coming && isComing(state))) return null;
  return isComing(state) ? 'The model is on its way' : 'No model is loaded';
}

const idle = (stores: Stores): string | null => (isBusy(stores) ? BUSY : noModel(stores, false));

/** A run, answers, or the work of a view that a person asked for. */
function stop({ generation, work }: Stores): void {
  if (isRunning(generation.getState().status)) generation.getState().stop();
  else work.scheduler.cancel('run');
}

export const RUN_ACTIONS: readonly Action[] = [
  {
    id: 'run',
    title: 'Run',
    words: 'generate continue go on',
    group: 'Run',
    keys: ['Mod+Enter'],
    hindrance: stores => (isBusy(stores) ? BUSY : noModel(stores, true)),
    act: ({ generation }) => void generation.getState().run(),
  },
  {
    id: 'run_from_caret',
    title: 'Run from the caret; what stands behind it stays as a branch',
    group: 'Run',
    keys: ['Own+Enter'],
    hindrance: idle,
    act: ({ generation }) => void generation.getState().runFromCaret(),
  },
  {
    id: 'stop',
    title: 'Stop a run, answers, or the work of a view',
    words: 'end cancel',
    group: 'Run',
    keys: ['Esc'],
    hindrance: stores => (isBusy(stores) || stores.work.scheduler.has('run') ? null : 'Nothing runs'),
    passes: true,
    act: stop,
  },
  {
    id: 'step',
    title: 'Step: draw one token',
    group: 'Run',
    keys: ['Mod+.'],
    hindrance: idle,
    act: ({ generation }) => void generation.getState().step(),
  },
  {
    id: 'regenerate',
    title: 'Regenerate: take the last run away and draw again',
    group: 'Run',
    keys: ['Mod+Shift+Enter'],
    hindrance: stores =>
      idle(stores) ??
      (stores.generation.getState().canRegenerate ? null : 'The text does not end with what a run has drawn'),
    act: ({ generation }) => void generation.getState().regenerate(),
  },
  {
    id: 'go_past',
    title: 'Go on past the end that the last run met',
    words: 'end of text stop string',
    group: 'Run',
    hindrance: stores => {
      const { status } = stores.generation.getState();
      const way = status.kind === 'finished' ? wayOn(status) : null;
      return idle(stores) ?? (way?.kind === 'go_past' ? null : 'The last run met no end that could be passed');
    },
    act: ({ generation }) => void generation.getState().goPast(),
  },
  {
    id: 'draw_answers',
    title: 'Draw several answers',
    words: 'best of n batch',
    group: 'Run',
    hindrance: idle,
    act: async stores => {
      stores.view.getState().setSide('answers');
      const { answersStore } = await import('../../features/answers/store.ts');
      await answersStore.of(stores).getState().draw();
    },
  },
];
