/** The result of a kernel: a value, or the text of the error that the method reports. */
export type KernelResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };
