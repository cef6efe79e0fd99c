#!/usr/bin/env node
// Like run.js, with stack traces.
process.env.NODE_ENV = 'development';
await import('./run.js');
