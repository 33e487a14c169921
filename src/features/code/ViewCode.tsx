// The run as code: Python, JavaScript, a request to a server, the command line.
import { useMemo, useState } from 'react';
import { useDocument, useGeneration, useModel, useSettings } from '../../stores/react.ts';
import { lockedSeed } from '../../stores/run/settings.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { CopyButton } from '../shared/CopyButton.tsx';
import { curlCode } from './curl.ts';
import { javascriptCode } from './javascript.ts';
import { logitsCode } from './logits.ts';
import { pythonCode } from './python.ts';
import { type CodeRun, codeModel, type Message, promptText, promptTokens } from './run.ts';
import styles from './ViewCode.module.css';

const WAYS = [
  { value: 'python', label: 'Python', write: pythonCode },
  { value: 'javascript', label: 'JavaScript', write: javascriptCode },
  { value: 'curl', label: 'curl', write: curlCode },
  { value: 'logits', label: 'Command line', write: logitsCode },
] as const;

/** Ids of a longer prompt would be pages of numbers. */
const MOST_TOKENS = 20_000;

function useRun(messages: readonly Message[] | null): CodeRun | null {
  const load = useModel(s => s.load);
  const tokens = useDocument(s => s.tokens);
  const tokenizer = useDocument(s => s.tokenizer);
  const settings = useSettings(s => s.settings);
  const locked = useSettings(lockedSeed);
  const last = useGeneration(s => s.seed);
  return useMemo(() => {
    if (load.status !== 'ready' || tokenizer === null) return null;
    const before = promptTokens(tokens);
    if (before.length === 0 || before.length > MOST_TOKENS) return null;
    return {
      model: codeModel(load.model),
      ids: before.map(({ id }) => id),
      ...promptText(before, tokenizer),
      messages,
      settings,
      seed: locked ?? last ?? 0,
      eosIds: load.model.eosIds,
    };
  }, [load, tokens, tokenizer, settings, locked, last, messages]);
}

/** @param messages the conversation that the text is; null where it is none */
export function ViewCode({ messages }: { messages: readonly Message[] | null }) {
  const [way, setWay] = useState<(typeof WAYS)[number]['value']>('python');
  const run = useRun(messages);
  const code = useMemo(() => (run === null ? null : WAYS.find(({ value }) => value === way)?.write(run)), [run, way]);
  return (
    <section className={styles.pane} aria-label="Code of the run">
      <p className={styles.words}>
        The text before what was drawn last, with the settings as they stand. What a library cannot do stands in its
        comments.
      </p>
      <Choice label="Library" value={way} options={WAYS} onChange={setWay} />
      {code == null ? (
        <p className={styles.words}>Once a model is there and a text of up to 20,000 tokens, its code stands here.</p>
      ) : (
        <>
          <textarea
            className={styles.code}
            aria-label="Code"
            readOnly
            rows={18}
            spellCheck={false}
            value={code}
            translate="no"
          />
          <div className={styles.line}>
            <CopyButton primary text={() => code}>
              Copy the code
            </CopyButton>
          </div>
        </>
      )}
    </section>
  );
}
