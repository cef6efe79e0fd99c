/** undici has types for its index only. */
declare module 'undici/lib/dispatcher/agent.js' {
  // biome-ignore lint/style/noDefaultExport: it is how a CommonJS file exports itself.
  export { Agent as default } from 'undici';
}
