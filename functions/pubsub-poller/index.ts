import { readConfig } from './config.ts';
import { buildDependencies } from './dependencies.ts';
import { makeHandler } from './handler.ts';

export const handler = makeHandler(buildDependencies(readConfig(process.env)));
