// Renders chat templates apart from the page and from the model: what never ends is ended with this worker.
import { type Rendered, type RenderRequest, rendered } from './render.ts';

export type TemplateAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'rendered'; readonly rendered: readonly Rendered[] };

interface WorkerScope {
  postMessage(message: TemplateAnswer): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<readonly RenderRequest[]>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.addEventListener('message', ({ data }) => scope.postMessage({ type: 'rendered', rendered: data.map(rendered) }));
scope.postMessage({ type: 'ready' });
