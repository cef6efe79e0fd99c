import type { MiddlewareObj } from '@middy/core';

/** Turns what a handler threw into a response: without one, the caller would see no more than API Gateway's own 500. */
export function answerErrors<E, R>(answer: (error: unknown, event: E) => R): MiddlewareObj<E, R> {
  return {
    onError(request) {
      request.response = answer(request.error, request.event);
    },
  };
}
