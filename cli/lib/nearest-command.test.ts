import { expect, it } from 'vitest';
import { nearestCommand } from './nearest-command.ts';

const IDS = ['apps', 'events:publications', 'events:streams:create', 'events:streams:destroy'];

it.each([
  ['events:publicatons', 'events:publications'],
  ['event:publications', 'events:publications'],
  ['events:pub', 'events:publications'],
  ['app', 'apps'],
  ['events:streams:destory', 'events:streams:destroy'],
  // Another word, and the wrong one would do the contrary.
  ['events:streams:delete', undefined],
  ['events:streams', 'events:streams:create'],
  ['nothing', undefined],
])('for %s, %s is meant', (id, meant) => {
  expect(nearestCommand(id, IDS)).toBe(meant);
});
