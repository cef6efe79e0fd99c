// In a bundle this stands in place of undici's index (see bundle.ts), which brings fetch, WebSocket, caches and mocks along:
// 250 kB and some 25 ms that a webhook delivery would pay at each cold start for nothing. Whatever else of undici a
// function comes to import, the bundler misses here and says so.
import api from '../node_modules/undici/lib/api/index.js';
import Dispatcher from '../node_modules/undici/lib/dispatcher/dispatcher.js';

// As the index does it: `request` and its like are put on the dispatchers from outside.
Object.assign(Dispatcher.prototype, api);

export { default as Agent } from '../node_modules/undici/lib/dispatcher/agent.js';
