/** undici ships types for its index only. */
declare module 'undici/lib/dispatcher/agent.js' {
  // biome-ignore lint/style/noDefaultExport: it is how a CommonJS file exports itself.
  export { Agent as default } from 'undici';
}
declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici';

  const makeConnector: (options: buildConnector.BuildOptions) => buildConnector.connector;
  // biome-ignore lint/style/noDefaultExport: it is how a CommonJS file exports itself.
  export default makeConnector;
}
