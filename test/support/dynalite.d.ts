/** The part of dynalite that we use; it ships no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface DynaliteOptions {
    /** LevelDB folder; in memory when absent. */
    readonly path?: string;
    readonly createTableMs?: number;
  }
  // biome-ignore lint/style/noDefaultExport: it is how dynalite exports itself.
  export default function dynalite(options?: DynaliteOptions): Server;
}
