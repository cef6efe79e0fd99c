import { expect, test } from 'vitest';
import { forecast } from './forecast.ts';

const limit = (max: number, remaining: number) => ({
  name: 'DailyDelivered',
  max,
  remaining,
  used_percent: 0,
});

test('an allocation lasts while a day at this pace fits into it', () => {
  expect(forecast(limit(2_400, 10), 100)).toEqual({ kind: 'lasts' });
  expect(forecast(limit(2_399, 50), 100)).toEqual({ kind: 'runs-out', inHours: 0.5 });
});

test('nothing used, and nothing left', () => {
  expect(forecast(limit(100, 100), 0)).toEqual({ kind: 'unused' });
  expect(forecast(limit(100, 0), 0)).toEqual({ kind: 'used-up' });
  expect(forecast(limit(100, -5), 10)).toEqual({ kind: 'used-up' });
});
