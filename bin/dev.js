#!/usr/bin/env node
// As run.js, with stack traces and without what is meant for production.
process.env.NODE_ENV = 'development';
process.env.DEBUG ??= 'sluice*';
await import('./run.js');
