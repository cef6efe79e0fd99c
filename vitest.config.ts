import { defineConfig } from 'vitest/config';

// Projects are run with `--project`: unit tests stand beside their file; `test/` holds what crosses modules. Where files share
// their modules (`isolate: false`), loading those again for each file would take as long as the tests.
export default defineConfig({
  test: {
    silent: 'passed-only',
    // One more than the two cores that CI has: many suites wait for a process or for the network.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{src,functions,cli,console,mcp,local,simulators,lib,bench,scripts,clients/node/src,examples}/**/*.test.ts',
            'test/bloblang/**/*.test.ts',
            'test/tidy/**/*.test.ts',
          ],
          // Of minutes where others use the machine as well; none waits for time to pass.
          testTimeout: 60_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'contracts',
          include: ['test/contracts/**/*.test.ts'],
          testTimeout: 60_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          // Of seconds: all of it is work, and none of it waiting.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['test/{journeys,cli,faults,crash-points}/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'console',
          include: ['test/console/**/*.test.ts'],
          // A browser on cores that others use as well may draw later than its page says that it is done.
          retry: 1,
          // A browser and a local run each, on cores that others use as well.
          testTimeout: 60_000,
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
