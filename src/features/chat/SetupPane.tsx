// What stands before the turns: the system prompt, and the template that writes roles and turns into the text.
import { useDocument, useModel } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import styles from './Chat.module.css';
import { asksForThinking, canTakeTools, chosenOf, sourceOf, templatesOf } from './setup.ts';
import { useChat, useChatStore, useTools } from './useChat.ts';

/** @param can the template writes tools into the text */
function ToolsSwitch({ can }: { can: boolean }) {
  const store = useChatStore();
  const on = useChat(s => s.setup.tools);
  const tools = useTools();
  const ready = can && tools.length > 0;
  return (
    <>
      <label className={styles.line}>
        <input
          type="checkbox"
          checked={on && ready}
          disabled={!ready}
          onChange={event => store.getState().change({ tools: event.target.checked })}
        />
        Let it call my commands
      </label>
      <p className={styles.note}>
        {!can
          ? 'This template has no place for tools, so the model is not told of your commands.'
          : tools.length === 0
            ? 'This template takes tools. Those that you define under Commands, and switch on, can be offered to the model.'
            : `The model is told of ${tools.map(({ name }) => name).join(', ')} with the next turn. Who answers, and where addresses may lead, stands under Commands.`}
      </p>
    </>
  );
}

function TemplatePane() {
  const store = useChatStore();
  const setup = useChat(s => s.setup);
  const model = useModel(s => (s.load.status === 'ready' ? s.load.model : null));
  const tokenizer = useDocument(s => s.tokenizer);
  if (model === null || tokenizer === null) return <p className={styles.note}>A model brings its template.</p>;
  const templates = templatesOf(model);
  const source = sourceOf(model, tokenizer, setup);
  const change = store.getState().change;
  const chosen = chosenOf(templates, setup);
  return (
    <>
      <p className={styles.note}>
        {setup.custom !== null
          ? 'This is your own template.'
          : chosen === undefined
            ? 'This model has no chat template: it was trained to go on with text. A plain one with names before each turn stands in; change it as you like.'
            : 'This is the model’s own template: a program that writes the conversation as the text it was trained on.'}
      </p>
      {templates.length > 1 && (
        <label className={styles.line}>
          Template
          <select
            value={setup.custom === null ? (chosen?.name ?? '') : ''}
            onChange={event => change({ template: event.target.value, custom: null })}
          >
            {setup.custom !== null && <option value="">your own</option>}
            {templates.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {asksForThinking(source) && (
        <label className={styles.line}>
          <input
            type="checkbox"
            checked={setup.thinking}
            onChange={event => change({ thinking: event.target.checked })}
          />
          Let it think before it answers
        </label>
      )}
      <ToolsSwitch can={canTakeTools(model, tokenizer, setup)} />
      <label className={styles.field}>
        Template source
        <textarea
          className={styles.source}
          rows={8}
          spellCheck={false}
          value={source}
          onChange={event => change({ custom: event.target.value })}
        />
      </label>
      {setup.custom !== null && (
        <Button onClick={() => change({ custom: null })}>
          {chosen === undefined ? 'Back to the plain template' : 'Back to the model’s template'}
        </Button>
      )}
    </>
  );
}

export function SetupPane() {
  const store = useChatStore();
  const system = useChat(s => s.setup.system);
  return (
    <details className={styles.setup}>
      <summary>
        System prompt and template
        <span className={styles.note}>{system === '' ? ' · none' : ` · ${system.slice(0, 60)}`}</span>
      </summary>
      <label className={styles.field}>
        System prompt
        <textarea
          rows={3}
          placeholder="What the model is told before the first turn"
          value={system}
          onChange={event => store.getState().change({ system: event.target.value })}
        />
      </label>
      <p className={styles.note}>
        It stands at the beginning of the text, so a change of it{' '}
        <Explain meaning="The cache holds keys and values of tokens in their places, and each depends on all before it: after another beginning none of them holds.">
          computes everything again
        </Explain>{' '}
        with the next turn.
      </p>
      <TemplatePane />
    </details>
  );
}
