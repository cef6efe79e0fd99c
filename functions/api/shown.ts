import type * as v from 'valibot';

/** What a route may answer: the fields that the schema names, and no others. Readers of an answer accept more. */
export type Shown<S extends v.GenericSchema> = Closed<v.InferInput<S>>;

type Closed<T> = T extends readonly (infer Item)[]
  ? readonly Closed<Item>[]
  : T extends object
    ? { readonly [K in keyof T as string extends K ? never : K]: Closed<T[K]> }
    : T;
