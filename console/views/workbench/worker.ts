import type { FromPage, FromWorker } from './messages.ts';

/**
 * The worker's script, and its address. The page imports this file only for the address, so it contains next to nothing: the engine is a
 * separate file that only the worker loads. A worker has no document.
 */
export const workerUrl = import.meta.url;

interface WorkerScope {
  postMessage(message: FromWorker): void;
  addEventListener(type: 'message', listener: (event: { readonly data: FromPage }) => void): void;
}

if (!('document' in globalThis)) serve(globalThis as unknown as WorkerScope);

function serve(scope: WorkerScope): void {
  const engine = import('./engine.ts');
  scope.addEventListener('message', ({ data: { id, ...question } }) => {
    engine
      .then(({ answer }) =>
        scope.postMessage({
          kind: 'answer',
          id,
          answer: answer(question, (report) => scope.postMessage({ kind: 'progress', id, report })),
        }),
      )
      .catch((error: unknown) => scope.postMessage({ kind: 'fault', id, message: String(error) }));
  });
  void engine.then(() => scope.postMessage({ kind: 'ready' }));
}
