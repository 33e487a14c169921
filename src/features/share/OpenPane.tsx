// What a link or a file has brought: what it is, how it differs from what is here, its text; then open it, or run it again and compare.
import { useEffect } from 'react';
import { formatCount } from '../../lib/format.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { FileButton } from '../../ui/controls/FileButton.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { drawersOf, drawnByWords, nameInFormat } from '../shared/drawnBy.ts';
import { Replayed } from './Replayed.tsx';
import { unknownSettings } from './reading.ts';
import { replayBlocks } from './replay.ts';
import styles from './Share.module.css';
import { differencesOf, type SharedRun, wayToModel } from './sharedRun.ts';
import { useShare, useShareStore } from './useShare.ts';
import { differenceWords, problemWords, wayWords } from './words.ts';

/** Characters of the text that are shown. */
const MOST_SHOWN = 20_000;

function Facts({ run }: { run: SharedRun }) {
  const drawn = run.tokens.filter(token => token.origin === 'drawn').length;
  const { settings, model, adapter } = run;
  const drawnBy = drawnByWords(drawersOf(run.tokens), model)?.replace(/^drawn by /, '') ?? null;
  const seeds = [...new Set(run.tokens.flatMap(token => token.draw?.seed ?? []))];
  const facts: readonly (readonly [string, string])[] = [
    ['model', `${nameInFormat(model)}${model.commit === '' ? '' : ` at ${model.commit.slice(0, 12)}`}`],
    ...(drawnBy === null ? [] : [['drawn by', drawnBy] as const]),
    ['tokens', `${formatCount(run.tokens.length)}, ${formatCount(drawn)} of them drawn`],
    ['settings', `temperature ${settings.temperature}, top-p ${settings.top_p}, top-k ${settings.top_k || 'off'}`],
    ['seed', seeds.length === 0 ? 'none' : seeds.slice(0, 4).join(', ')],
    ['adapter', [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ') || 'not named'],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Arrived({ name, run }: { name: string; run: SharedRun }) {
  const share = useShareStore();
  const load = useModel(modelItself);
  const working = useShare(s => s.task.status === 'working');
  const differences = differencesOf(run, { load });
  const here = load.status === 'ready' ? load.model.name : '';
  const draws = replayBlocks(run.tokens).reduce((sum, block) => sum + block.count, 0);
  const strange = unknownSettings([run.settings, ...run.tokens.flatMap(token => token.draw?.settings ?? [])]);
  const other = differences === null || differences.vocabulary;
  const way = wayToModel(
    run.model,
    useModel(s => s.cache.models),
  );
  return (
    <>
      <h3>
        In {name}: a text of {formatCount(run.tokens.length)} tokens
      </h3>
      <Facts run={run} />
      <textarea
        className={styles.preview}
        aria-label="Shared text"
        readOnly
        rows={6}
        value={run.text.length > MOST_SHOWN ? `${run.text.slice(0, MOST_SHOWN)}…` : run.text}
      />
      {differences && differenceWords(differences, here).length > 0 && (
        <Notice tone="warn">{differenceWords(differences, here).join(' ')}</Notice>
      )}
      {strange.length > 0 && (
        <Notice tone="warn">
          It has settings that this page does not know: {strange.join(', ')}. They do nothing here and are kept. A newer
          Nucleus may draw other tokens.
        </Notice>
      )}
      {differences === null && (
        <p className={styles.quiet}>No model is loaded. With one the text can be opened, and run again.</p>
      )}
      <div className={styles.line}>
        {(other || differences.format !== null) && (
          <Button variant={other ? 'primary' : 'plain'} onClick={() => share.getState().loadNeeded()}>
            {wayWords(way, run.model)}
          </Button>
        )}
        <Button
          variant={other ? 'plain' : 'primary'}
          disabled={load.status !== 'ready'}
          onClick={() => void share.getState().open()}
        >
          {other && here !== '' ? `Open with ${here}` : 'Open this text'}
        </Button>
        <Button
          icon="regenerate"
          disabled={other || draws === 0 || working}
          onClick={() => void share.getState().replay()}
        >
          Replay {formatCount(draws)} tokens
        </Button>
      </div>
      <p className={styles.quiet}>
        {draws === 0
          ? run.tokens.some(token => token.draw !== undefined)
            ? 'The text or the model has changed since its tokens were drawn, so their draws cannot be made again.'
            : 'Nothing in it was drawn by a sampler, so there is nothing to replay.'
          : 'Replay draws them again from the same ids, settings and seeds, beside your text, and compares.'}{' '}
        Opening makes a new document of it; yours stays in Documents.
      </p>
      <Replayed run={run} />
    </>
  );
}

export function OpenPane() {
  const share = useShareStore();
  const incoming = useShare(s => s.incoming);
  const { model } = useStores();
  const unknown = useModel(s => s.cache.status === 'unknown');
  // What is stored says how the model of a text can come.
  useEffect(() => {
    if (unknown) void model.getState().listCache();
  }, [model, unknown]);
  return (
    <div className={styles.pane}>
      <div className={styles.line}>
        <FileButton label="File of a run" onFiles={([file]) => file && void share.getState().readFile(file)}>
          Choose a file
        </FileButton>
        <span className={styles.quiet}>or drop one anywhere on the page: a run that was exported as JSON.</span>
      </div>
      {incoming.status === 'reading' && <p className={styles.quiet}>Reading {incoming.name}…</p>}
      {incoming.status === 'refused' && (
        <Notice tone="bad" onDismiss={() => share.getState().forget()}>
          {problemWords(incoming.problem, incoming.name)}
        </Notice>
      )}
      {incoming.status === 'ready' && <Arrived name={incoming.name} run={incoming.run} />}
    </div>
  );
}
