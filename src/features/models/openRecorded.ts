// Opens the recorded run: its engine in the place of a model, and its text as a document of its own.

import { drawnToken, plainToken } from '../../stores/document/sequence.ts';
import { modelIdentity } from '../../stores/model/model.ts';
import { DEFAULT_SOURCE } from '../../stores/model/sources.ts';
import type { Stores } from '../../stores/stores.ts';

const TITLE = 'A recorded run';

export async function openRecorded(stores: Stores): Promise<void> {
  await stores.model.getState().loadModel(DEFAULT_SOURCE, { recorded: true });
  await showRecorded(stores);
}

/** The text of the recording that is open; what a person has written stays in its own document. */
export async function showRecorded({ model, document, documents, generation }: Stores): Promise<void> {
  const { load } = model.getState();
  const { acts } = documents.getState();
  if (load.status !== 'ready' || load.model.recorded === undefined || acts === null) return;
  const { tokenizer } = load;
  const { ids, prompt, drawn, settings, seed, at } = load.model.recorded;
  const text = tokenizer.decode(Uint32Array.from(ids));
  if (document.getState().text === text) return;
  const kept = (await acts.list()).find(
    ({ title, tokens, readable }) => title === TITLE && tokens === ids.length && readable,
  );
  // What is open could not be kept, and stays.
  if (kept !== undefined && !(await acts.open(kept.id))) return;
  if (document.getState().text === text) return;
  const identity = modelIdentity(model.getState());
  const tokens = [
    ...ids.slice(0, prompt).map(id => plainToken(tokenizer, id, 'typed')),
    ...drawn.map(event => drawnToken(tokenizer, event, settings, seed, identity, at)),
  ];
  if (!(await acts.create({ text, tokens, title: TITLE, keep: true }))) return;
  generation.getState().restore(seed);
}
