/** What we use of dynalite, which has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface DynaliteOptions {
    /** LevelDB folder; in memory without. */
    readonly path?: string;
    readonly createTableMs?: number;
  }
  // biome-ignore lint/style/noDefaultExport: it is how dynalite exports itself.
  export default function dynalite(options?: DynaliteOptions): Server;
}
