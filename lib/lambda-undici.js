// In a bundle this stands in place of undici's index (see bundle.ts), which brings fetch, WebSocket, caches and mocks along:
// 267 kB and some 25 ms that a webhook delivery would pay at each cold start for nothing. Whatever else of undici a
// function comes to import, the bundler misses here and says so.
export { default as Agent } from '../node_modules/undici/lib/dispatcher/agent.js';
