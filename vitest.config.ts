import { defineConfig } from 'vitest/config';

// Projects are run with `--project`: unit tests stand beside their file; `test/` holds what crosses modules.
export default defineConfig({
  test: {
    silent: 'passed-only',
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{src,functions,cli,local,simulators,lib,bench,scripts}/**/*.test.ts',
            'test/bloblang/**/*.test.ts',
            'test/tidy/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'contracts', include: ['test/contracts/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'journeys',
          include: ['test/{journeys,cli,faults}/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'infrastructure',
          include: ['test/infrastructure/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
