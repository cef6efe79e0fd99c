import { expect, it } from 'vitest';
import { SingleFlight } from './single-flight.ts';

function counted() {
  let runs = 0;
  let end: (error?: Error) => void = () => undefined;
  const flight = new SingleFlight(() => {
    runs += 1;
    return new Promise<void>((resolve, reject) => {
      end = (error) => (error === undefined ? resolve() : reject(error));
    });
  });
  return { flight, runs: () => runs, end: (error?: Error) => end(error) };
}

it('shares the run that is under way, and begins another one after it', async () => {
  const { flight, runs, end } = counted();
  const both = Promise.all([flight.run(), flight.run()]);
  end();
  await both;
  expect(runs()).toBe(1);
  const failing = flight.run();
  end(new Error('no'));
  await expect(failing).rejects.toThrow('no');
  void flight.run();
  expect(runs()).toBe(3);
});

it('is idle at once when nothing is under way, and else with the end of that', async () => {
  const { flight, end } = counted();
  await flight.idle();
  void flight.run();
  let isIdle = false;
  const idle = flight.idle().then(() => {
    isIdle = true;
  });
  await Promise.resolve();
  expect(isIdle).toBe(false);
  end();
  await idle;
});
