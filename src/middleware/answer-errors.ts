import type { MiddlewareObj } from '@middy/core';

/** Turns an exception of a handler into a response; otherwise the caller would only see API Gateway's own 500. */
export function answerErrors<E, R>(answer: (error: unknown, event: E) => R): MiddlewareObj<E, R> {
  return {
    onError(request) {
      request.response = answer(request.error, request.event);
    },
  };
}
