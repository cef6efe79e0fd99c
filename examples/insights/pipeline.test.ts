import { expect, it } from 'vitest';
import { type OpportunityChange, Pipeline } from './pipeline.ts';

const change = (
  changeType: string,
  recordIds: readonly string[],
  fields: Omit<OpportunityChange, 'ChangeEventHeader'>,
): OpportunityChange => ({
  ChangeEventHeader: { changeType, recordIds, changedFields: Object.keys(fields) },
  Name: null,
  StageName: null,
  Amount: null,
  ...fields,
});

function take(pipeline: Pipeline, each: OpportunityChange): string | undefined {
  const insight = pipeline.insightOf(each);
  pipeline.remember(each);
  return insight;
}

it('tells of a deal once, with what it knows of it from before', () => {
  const pipeline = new Pipeline();
  const won = change('UPDATE', ['1'], { StageName: 'Closed Won' });
  expect(
    [
      change('CREATE', ['1'], { Name: 'Pilot', StageName: 'Prospecting', Amount: 1_000 }),
      change('UPDATE', ['1'], { Amount: 1_500 }),
      won,
      won,
      change('GAP_UPDATE', ['1'], {}),
      change('UPDATE', ['1'], { Amount: 2_000 }),
      change('UPDATE', ['2', '3'], { StageName: 'Closed Won', Amount: 10 }),
    ].map((each) => take(pipeline, each)),
  ).toEqual([
    undefined,
    undefined,
    'Won: Pilot (1,500). So far 1 deal, 1,500',
    undefined,
    undefined,
    undefined,
    'Won: a deal (10), a deal (10). So far 3 deals, 2,020',
  ]);
});

it('takes back what was deleted or is open again', () => {
  const pipeline = new Pipeline();
  const win = (id: string) => change('CREATE', [id], { Name: id, StageName: 'Closed Won', Amount: 1 });
  for (const id of ['1', '2', '3']) take(pipeline, win(id));
  take(pipeline, change('DELETE', ['1'], {}));
  take(pipeline, change('UPDATE', ['2'], { StageName: 'Prospecting' }));
  expect(take(pipeline, win('4'))).toBe('Won: 4 (1). So far 2 deals, 2');
});

it('tells again what was not remembered', () => {
  const pipeline = new Pipeline();
  const win = change('CREATE', ['1'], { Name: 'Pilot', StageName: 'Closed Won', Amount: 1 });
  expect(pipeline.insightOf(win)).toBe(pipeline.insightOf(win));
});
