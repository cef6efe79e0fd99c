/** What a kernel gives: a value, or the text of the error as the method reports it. */
export type KernelResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };
