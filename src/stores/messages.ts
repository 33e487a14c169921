// Words for every error code: what happened and what to do, in one or two short sentences, with a way on.
import type { ErrorCode, ErrorDetail } from '../lib/error.ts';
import { formatBytes, formatDuration } from '../lib/format.ts';
import type { FinishReason, WireError } from '../protocol/events.ts';
import type { ModelNotice } from './model/types.ts';
import { noticeOfWarning } from './model/warnings.ts';
import { notGivenWords, refusedWords, unreachableWords } from './server-words.ts';

/** The button that stands beside an error. */
export type ErrorAction =
  | 'retry'
  | 'keep_tail'
  | 'load_default'
  | 'choose_model'
  | 'reload_page'
  | 'reset_settings'
  | 'none';

export interface Message {
  readonly text: string;
  readonly action: ErrorAction;
}

/** Label of the button. */
export const ACTION_LABELS: Readonly<Record<ErrorAction, string>> = {
  retry: 'Try again',
  keep_tail: 'Keep the end of the text',
  load_default: 'Use the model that ships with the page',
  choose_model: 'Choose another model',
  reload_page: 'Reload the page',
  reset_settings: 'Reset the settings',
  none: '',
};

type Words = (detail: ErrorDetail, message: string) => Message;

const about = (detail: ErrorDetail, name: string, otherwise: string): string => {
  const value = detail[name];
  return value === undefined || value === '' ? otherwise : shortened(String(value), 100);
};

const count = (detail: ErrorDetail, name: string): number => {
  const value = Number(detail[name]);
  return Number.isFinite(value) ? value : 0;
};

/** A sentence that another part of the page wrote, whole. */
const sentence = (detail: ErrorDetail, name: string, otherwise: string): string => {
  const value = detail[name];
  return value === undefined || value === '' ? otherwise : String(value);
};

/** ": 2.0 GB" when the detail has the first of `names` that is asked for, else nothing. */
const bytes = (detail: ErrorDetail, before: string, names: readonly string[]): string => {
  const found = names.find(name => detail[name] !== undefined);
  return found === undefined ? '' : `${before}${formatBytes(count(detail, found))}`;
};

/** Only where something of the model has arrived and is stored. */
const arrived = (detail: ErrorDetail): string => (count(detail, 'arrived') > 0 ? '; what has arrived is kept' : '');

/** Cut between two words, where there are any. */
const shortened = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const head = text.slice(0, most - 1);
  const space = head.lastIndexOf(' ');
  return `${(space > most / 2 ? head.slice(0, space) : head).replace(/[\s,;:.]+$/, '')}…`;
};

/** The engine's words in parentheses, where they say which field or tensor it is. */
const because = (message: string): string =>
  message === '' ? '' : ` (${shortened(message.replace(/[.\s]+$/, ''), 160)})`;

/** The model or the file that an address names, else the address itself. */
const addressed = (url: string): string => {
  const path = url.replace(/^https?:\/\/[^/]+\//, '').replace(/[?#].*$/, '');
  const [, repo] = /^api\/models\/([^/]+(?:\/[^/]+)??)(?:\/revision\/|$)/.exec(path) ?? [];
  if (repo !== undefined) return `The model ${shortened(repo, 100)}`;
  const [, owner, file] = /^([^/]+(?:\/[^/]+)?)\/resolve\/[^/]+\/(.+)$/.exec(path) ?? [];
  if (owner !== undefined && file !== undefined) return `The file ${shortened(file, 60)} of ${shortened(owner, 100)}`;
  return `The address ${shortened(path, 100)}`;
};

/** What an error is about: "The file config.json", "a/b/config.json", or `otherwise`. */
const subject = (detail: ErrorDetail, otherwise: string): string => {
  if (detail.file !== undefined) return `The file ${about(detail, 'file', '')}`;
  if (detail.url !== undefined) return addressed(String(detail.url));
  if (detail.key !== undefined) return `The model ${about(detail, 'key', '')}`;
  if (detail.repo !== undefined) return `The model ${about(detail, 'repo', '')}`;
  return otherwise;
};

/** ": there are only weights of another kind", where the engine says more than that the file is missing. */
const insteadOf = (message: string): string => {
  const why = /\b(?:is|are) missing[;,] ?(.+?)\.?$/.exec(message)?.[1];
  return why === undefined ? '' : `: ${shortened(why, 100)}`;
};

/** " while fetching config.json", where the detail names a file or an address; else nothing. */
const fetching = (detail: ErrorDetail): string => {
  if (detail.file === undefined && detail.url === undefined) return '';
  return ` while fetching ${subject(detail, '')
    .replace(/^The (?:file|address) /, '')
    .replace(/^The/, 'the')}`;
};

/** "The tensor wte.weight", or the words without a name. */
const named = (detail: ErrorDetail, name: string, word: string): string =>
  detail[name] === undefined ? word : `${word} ${about(detail, name, '')}`;

const modelOf = (detail: ErrorDetail): string =>
  subject(detail, 'This model').replace(/^The file .+ of (?=\S+$)/, 'The model ');

/** Why a model is not open to this person. */
const shut = (detail: ErrorDetail): string => {
  if (detail.token === undefined)
    return `is ${detail.gated === 1 ? 'gated' : 'gated, private, or not there'}: ask for access on the model's page, then give an access token in Models.`;
  if (detail.status === 401) return 'was refused: the Hub does not know the access token. Give another one in Models.';
  return "is not open to the account of your access token: ask for access on the model's page.";
};

const badWeights =
  (otherwise: string): Words =>
  (detail, message) => ({
    text: `${subject(detail, 'The weights file')} is damaged or ${otherwise}${because(message)}. Fetch it again, or choose another model.`,
    action: 'retry',
  });

const WORDS: Readonly<Record<ErrorCode, Words>> = {
  no_webgpu: detail => ({
    text: `This browser does not offer WebGPU, which Nucleus computes with. ${sentence(detail, 'advice', 'Open the page in a current Chrome, Edge, Firefox or Safari.')}`,
    action: 'reload_page',
  }),
  insecure_context: detail => ({
    text: `WebGPU works only on secure pages, and ${about(detail, 'origin', 'this address')} is not one. Open the page over https, or on localhost.`,
    action: 'none',
  }),
  no_adapter: detail => ({
    text: `The browser has WebGPU but found no graphics adapter to use. ${sentence(detail, 'advice', 'Turn on hardware acceleration in its settings, update the graphics driver, or restart the browser.')}`,
    action: 'retry',
  }),
  device_failed: (_, message) => ({
    text: `The graphics adapter refused to start${because(message)}. Close other tabs that use the GPU and try again.`,
    action: 'retry',
  }),
  device_lost: detail =>
    detail.again === undefined
      ? {
          text: 'The graphics device was lost. Your text is safe; press Run to go on as soon as the model is back.',
          action: 'retry',
        }
      : {
          text: `${detail.reason === 'crash' ? 'The engine crashed' : 'The graphics device was lost'} three times within two minutes. Restart the browser, then come back: your text is kept.`,
          action: 'retry',
        },
  out_of_memory: detail => ({
    text:
      detail.view !== undefined
        ? `There is not enough GPU memory for ${about(detail, 'view', '')} beside this model${bytes(detail, ': it asked for ', ['bytes'])}. Other views give theirs back ten seconds after they were left. Close tabs that use the GPU and try again, or choose a smaller model.`
        : `The GPU ran out of memory${bytes(detail, ' when it was asked for ', ['bytes'])}. Close other tabs that use the GPU, choose a smaller format of the weights, or a smaller model.`,
    action: 'choose_model',
  }),
  model_too_large: detail => ({
    text: `This model needs more than the graphics adapter allows${bytes(detail, ': ', ['needed', 'bytes'])}${bytes(detail, ', where the limit is ', ['limit'])}. Choose a smaller one.`,
    action: 'choose_model',
  }),
  kernel_failed: (detail, message) => ({
    text: `${named(detail, 'kernel', 'The GPU program')} did not compile on this adapter${because(message)}. Update the browser or the graphics driver, then reload.`,
    action: 'reload_page',
  }),
  unsupported_model: detail => ({
    text: `Models of the type "${about(detail, 'found', about(detail, 'model_type', 'unknown'))}" do not run here. These do: ${sentence(detail, 'families', 'Llama, Gemma, Qwen, GPT-2 and others')}.`,
    action: 'choose_model',
  }),
  unsupported_config: (detail, message) => ({
    text: `${named(detail, 'field', 'The field')} in the model's config.json asks for something that is not supported${because(message)}. Choose another model.`,
    action: 'choose_model',
  }),
  quantised: detail => ({
    text: `This repository is quantised (${about(detail, 'method', 'in a way of its own')}), which is not read here: try ${about(detail, 'base', 'the model it was made from')}.`,
    action: 'choose_model',
  }),
  missing_file: (detail, message) => ({
    text: `${
      detail.files === undefined
        ? `${subject(detail, 'A file of the model')} is`
        : `The files ${about(detail, 'files', '')} are`
    } missing${insteadOf(message)}. A model needs config.json, its weights, and for text a tokenizer: add what is missing, or choose another model.`,
    action: 'choose_model',
  }),
  choose_file: detail => ({
    text:
      detail.choices === undefined
        ? 'There are several models among these files. Open one of them by itself.'
        : `${about(detail, 'repo', 'This repository')} holds several models. Choose one of them in Models.`,
    action: 'choose_model',
  }),
  bad_safetensors: badWeights('not a safetensors file'),
  bad_pytorch: badWeights('not weights that can be read safely'),
  bad_gguf: badWeights('not a GGUF file of a model'),
  bad_json: (detail, message) => ({
    text: `${subject(detail, 'A file of the model')} is not what it should be${because(message)}. Fetch it again, or choose another model.`,
    action: 'retry',
  }),
  missing_tensor: detail => ({
    text: `${named(detail, 'tensor', 'The tensor')} is not in the weights, so this model cannot run. Choose another model.`,
    action: 'choose_model',
  }),
  bad_tensor: (detail, message) => ({
    text: `${named(detail, 'tensor', 'The tensor')} does not have the shape or type that the config promises${because(message)}. Choose another model.`,
    action: 'choose_model',
  }),
  bad_tokenizer: (detail, message) => ({
    text: `The model's ${about(detail, 'file', 'tokenizer.json')} cannot be read${because(message)}. Choose another model.`,
    action: 'choose_model',
  }),
  tokenizer_mismatch: (_, message) => ({
    text: `The tokenizer and the weights do not belong together${because(message)}. Choose another model or another tokenizer.json.`,
    action: 'choose_model',
  }),
  bad_model_name: detail => ({
    text: `${detail.name === undefined || detail.name === '' ? 'That' : JSON.stringify(about(detail, 'name', ''))} is not a model name. Write owner/name or owner/name@revision, or paste the address of its page.`,
    action: 'choose_model',
  }),
  not_found: detail => ({
    text: `${subject(detail, 'The model')} was not found. Check the name and the revision.${detail.status === 401 ? ' A private model opens with an access token.' : ''}`,
    action: 'choose_model',
  }),
  unauthorized: detail => ({
    text: `${modelOf(detail)} ${shut(detail)}`,
    action: 'choose_model',
  }),
  rate_limited: detail => ({
    text: `The server asks for a pause after too many requests. Wait ${detail.seconds === undefined ? 'a minute' : formatDuration(count(detail, 'seconds') * 1000)} and try again${arrived(detail)}.`,
    action: 'retry',
  }),
  network: detail => ({
    text:
      detail.off === 1
        ? `No network is switched on, so ${subject(detail, 'the network').replace(/^The/, 'the')} was not asked. Switch it off under Models, or take a model that is stored in this browser.`
        : `${detail.offline === 1 ? 'The browser is offline' : 'The connection broke'}${fetching(detail)}${detail.status === undefined ? '' : ` (the server answered ${about(detail, 'status', '')})`}. Check the network and try again${arrived(detail)}.`,
    action: 'retry',
  }),
  integrity: detail =>
    detail.opened === 1
      ? {
          text: `${subject(detail, 'A file of the model')} cannot be read any more: it was changed, moved or deleted on the disk since it was opened. Open it again.`,
          action: 'choose_model',
        }
      : {
          text: `${subject(detail, 'A file of the model')} does not have the expected content. Nothing of it was used; fetch it again.`,
          action: 'retry',
        },
  cache: (_, message) => ({
    text: `The browser's storage refused to work${because(message)}. Free some space or leave private browsing, then try again.`,
    action: 'retry',
  }),
  server_unreachable: detail => ({ text: unreachableWords(detail), action: 'retry' }),
  server_refused: detail => ({ text: refusedWords(detail), action: 'retry' }),
  bad_answer: (_, message) => ({
    text: `The server's answer is not what it should be${because(message)}. Nothing of it was used; what came before is in the text.`,
    action: 'retry',
  }),
  not_given: detail => ({ text: notGivenWords(detail), action: 'choose_model' }),
  not_recorded: detail => ({
    text: `${
      detail.coming
        ? 'The model is on its way, and this is a recording'
        : 'This is a recording, and nothing is computed here'
    }: ${sentence(detail, 'kept', 'it has the numbers of its own text alone')}. ${
      detail.coming ? 'All else comes with the model.' : 'For all else open the page in a browser with WebGPU.'
    }`,
    action: 'none',
  }),
  no_model: () => ({ text: 'No model is loaded. Choose one, then press Run.', action: 'choose_model' }),
  empty_prompt: () => ({
    text: 'The text is empty and this model has no beginning-of-text token to start from. Type a word first.',
    action: 'none',
  }),
  prompt_too_long: detail => ({
    text: `The text is ${count(detail, 'excess')} ${count(detail, 'excess') === 1 ? 'token' : 'tokens'} too long: ${count(detail, 'tokens')}, where the context allowed here holds ${count(detail, 'limit')}. Shorten it, keep only its end, or allow more in Models where the model has more.`,
    action: 'keep_tail',
  }),
  bad_token: detail => ({
    text: `${named(detail, 'id', 'The token')} is not in this model's vocabulary. Edit the text there, or load the model anew.`,
    action: 'retry',
  }),
  bad_settings: (_, message) => ({
    text: `A setting has a value that cannot be used${because(message)}. Reset the settings and run again.`,
    action: 'reset_settings',
  }),
  bad_constraint: detail => ({
    text: `The constraint cannot be used: ${about(detail, 'why', 'it is not sound')}${detail.where === undefined || detail.where === '' ? '' : `, ${about(detail, 'where', '')}`}. Change it in Settings, under More steps, or take it away.`,
    action: 'none',
  }),
  constraint_dead_end: detail => ({
    text:
      detail.complete === undefined
        ? 'The constraint has come to a dead end: no token of this model can follow, or bans take away all that could. Change the constraint or the bans, or take tokens back and run again.'
        : 'The constraint is complete, and what may end it is banned. Type on, and Run begins it anew.',
    action: 'none',
  }),
  nan_logits: detail => ({
    text: `The model's numbers stopped being numbers${detail.position === undefined ? '' : ` at position ${about(detail, 'position', '')}`}, so no token can be drawn there. The weights may be damaged: verify the model or load another.`,
    action: 'choose_model',
  }),
  cancelled: () => ({ text: 'Stopped.', action: 'none' }),
  missing_part: () => ({
    text: 'A part of Nucleus could not be fetched. Either there is no network, or the page was renewed on its server since it was opened: then reload it, which keeps your text.',
    action: 'retry',
  }),
  internal: (_, message) => ({
    text: `Something went wrong inside Nucleus${because(message)}. Your text is safe; try again, and reload the page if it stays.`,
    action: 'retry',
  }),
};

/** The sentence and the button for an error. */
export function messageFor(error: WireError): Message {
  return WORDS[error.code](error.detail, error.message);
}

/** How a run ended, as far as words need it. */
export interface Ending {
  readonly steps: 'run' | 'step';
  readonly reason: FinishReason;
  readonly stop: string;
  readonly generated: number;
}

/** Why a run ended, for the status line. */
export function finishWords({ steps, reason, stop, generated }: Ending): string {
  const tokens = `${generated} ${generated === 1 ? 'token' : 'tokens'}`;
  const after = generated === 0 ? 'at once' : `after ${tokens}`;
  switch (reason) {
    case 'stop_string':
      return `Ended at the stop string ${JSON.stringify(stop)} ${after}.`;
    case 'end_of_text':
      return `Ended by the end-of-text token ${after}.`;
    case 'constraint_complete':
      return generated === 0
        ? 'The constraint is complete: no token may follow. Type on, and Run begins it anew.'
        : `Ended ${after}: the constraint is complete.`;
    case 'length':
      return steps === 'step' ? `Drew ${tokens}.` : `Ended ${after}, the maximum set.`;
    case 'context_full':
      return generated === 0
        ? 'The context is full: no token was drawn.'
        : `Ended after ${tokens}: the context is full.`;
    case 'cancelled':
      return generated === 0 ? 'Stopped before the first token.' : `Stopped after ${tokens}.`;
    default:
      return reason satisfies never;
  }
}

/** What gets a run over the end that it met, with what it does; null where Run itself goes on. */
export function wayOn({ reason }: Ending): { readonly kind: 'go_past' | 'keep_tail'; readonly text: string } | null {
  switch (reason) {
    case 'stop_string':
      return { kind: 'go_past', text: 'Going on past it writes it into the text and draws what comes after.' };
    case 'end_of_text':
      return { kind: 'go_past', text: 'Going on past it rules that token out of the next draw alone.' };
    case 'context_full':
      return { kind: 'keep_tail', text: 'Keeping the end drops the beginning of the text, so that a run has room.' };
    case 'constraint_complete':
    case 'length':
    case 'cancelled':
      return null;
    default:
      return reason satisfies never;
  }
}

/** Label of the button that goes on past an end. */
export const GO_PAST_LABEL = 'Go on past it';

/** Things worth a line that stop nothing. */
export function noticeWords(notice: ModelNotice): string {
  switch (notice) {
    case 'cache_full':
      return "The browser's storage is full. The model runs from memory: next time it is downloaded again, or its files have to be opened again.";
    case 'cache_unavailable':
      return "The browser's storage is not available here. The model runs from memory: next time it is downloaded again, or its files have to be opened again.";
    case 'context_short':
      return 'The GPU has no memory for a longer context. Your text stays. Keep its end to go on, or close what uses the GPU and allow more in the dialog of models.';
    case 'format_smaller':
      return 'The weights as the files have them do not fit here, so they were rounded to fewer bits while they were loaded. The dialog of models says to how many, and what that does.';
    case 'ids_as_text':
    case 'tokenizer_surplus':
    case 'classifier':
      return noticeOfWarning(notice);
    default:
      return notice satisfies never;
  }
}
