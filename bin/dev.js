#!/usr/bin/env node
// As run.js, with stack traces.
process.env.NODE_ENV = 'development';
await import('./run.js');
