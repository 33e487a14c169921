// What the picture is of: the pass that predicts the selected place, and its numbers once all of them are here.
import { useMemo } from 'react';
import { useDocument, useFeature, useModel } from '../../stores/react.ts';
import { passTo, samePass } from '../shared/pass.ts';
import { flowFacts } from './facts.ts';
import { flowStore } from './store.ts';
import type { Told } from './words.ts';

/** Null until all of them are here. */
export function useTold(): Told | null {
  const place = useDocument(s => s.selected);
  const tokens = useDocument(s => s.tokens);
  const load = useModel(s => s.load);
  const flow = useFeature(flowStore, s => s.flow);
  const pass = useMemo(() => passTo(tokens, place), [tokens, place]);
  const same = flow !== null && pass !== null && samePass(flow.pass, pass);
  const trace = same ? flow.trace : null;
  const attention = same ? flow.attention : null;
  const lens = same ? flow.lens : null;
  const facts = useMemo(
    () => (load.status === 'ready' && trace && attention ? flowFacts(trace, attention, load.model) : null),
    [load, trace, attention],
  );
  return useMemo(() => {
    if (load.status !== 'ready' || facts === null || pass === null || lens === null) return null;
    return { facts, model: load.model, tokenizer: load.tokenizer, ids: pass.ids, lens };
  }, [load, facts, pass, lens]);
}
