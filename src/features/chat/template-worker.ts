// Renders chat templates apart from the page and from the model: what never ends is ended with this worker.
import { type RenderRequest, renderTemplate, TemplateRefusal } from './render.ts';

/** What became of one request. */
export type Rendered =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused' | 'failed'; readonly words: string };

export type TemplateAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'rendered'; readonly rendered: readonly Rendered[] };

interface WorkerScope {
  postMessage(message: TemplateAnswer): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<readonly RenderRequest[]>) => void): void;
}

function rendered(request: RenderRequest): Rendered {
  try {
    return { kind: 'text', text: renderTemplate(request) };
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    return { kind: thrown instanceof TemplateRefusal ? 'refused' : 'failed', words };
  }
}

const scope = globalThis as unknown as WorkerScope;
scope.addEventListener('message', ({ data }) => scope.postMessage({ type: 'rendered', rendered: data.map(rendered) }));
scope.postMessage({ type: 'ready' });
