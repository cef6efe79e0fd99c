import { expect, it } from 'vitest';
import { describeError } from '../telemetry/describe-error.ts';
import { allOrNothing, type Undo } from './undo.ts';

const failing = (message: string) => async () => {
  throw new Error(message);
};

async function thrownBy(steps: (undo: Undo) => Promise<{ kind: 'made' }>): Promise<unknown> {
  return allOrNothing(steps).then(
    () => undefined,
    (error: unknown) => error,
  );
}

it('throws what a step threw when all before it could be taken back, newest first', async () => {
  const taken: number[] = [];
  const error = await thrownBy(async (undo) => {
    for (const n of [1, 2]) undo.add(async () => taken.push(n));
    return failing('the table is away')();
  });
  expect(error).toEqual(new Error('the table is away'));
  expect(taken).toEqual([2, 1]);
});

it('tells both what failed first and that something was left half made', async () => {
  const error = await thrownBy(async (undo) => {
    undo.add(failing('still away'));
    return failing('the table is away')();
  });
  expect(error).toBeInstanceOf(AggregateError);
  expect(describeError(error).error).toMatch(/half made could not be taken back.*the table is away/);
});

it('takes back what was written before a refusal', async () => {
  let taken = 0;
  const outcome = await allOrNothing(async (undo) => {
    undo.add(async () => {
      taken += 1;
    });
    return { kind: 'refused' };
  });
  expect({ outcome, taken }).toEqual({ outcome: { kind: 'refused' }, taken: 1 });
});
