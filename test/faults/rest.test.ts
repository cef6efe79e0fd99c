import { describe, expect, it } from 'vitest';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { APP_ID, startBench } from '../support/salesforce.ts';

describe("an org's REST API", () => {
  it('gives the allocations, an object and a record', async () => {
    await using bench = await startBench({ faults: { deliveredLimit: 50_000 } });
    const { id } = await bench.authorize();
    const rest = new OrgRest(bench.tokens, { allowLoopback: true });
    const limits = await rest.limits(APP_ID, id);
    expect(limits).toMatchObject({
      kind: 'answered',
      value: { DailyDeliveredPlatformEvents: { max: 50_000, remaining: 50_000 } },
    });
    const described = await rest.describe(APP_ID, id, 'Opportunity');
    expect(described).toMatchObject({
      kind: 'answered',
      value: {
        createable: true,
        fields: expect.arrayContaining([expect.objectContaining({ name: 'StageName', createable: true })]),
      },
    });
    const recordId = bench.org.records.create('Opportunity', {
      Name: 'Big',
      StageName: 'Prospecting',
      CloseDate: '2026-12-01',
    });
    expect(await rest.record(APP_ID, id, 'Opportunity', recordId)).toMatchObject({
      kind: 'answered',
      value: { Name: 'Big', StageName: 'Prospecting' },
    });
    expect(await rest.record(APP_ID, id, 'Opportunity', '006000000000000AAA')).toEqual({ kind: 'not-found' });
  });

  it('is reached over guarded connections: an instance URL is what a token endpoint said', async () => {
    await using bench = await startBench();
    const { id } = await bench.authorize();
    const answer = await new OrgRest(bench.tokens, { allowLoopback: false }).limits(APP_ID, id);
    expect(answer).toMatchObject({ kind: 'failed', id: 'request-failed' });
    expect((await new OrgRest(bench.tokens, { allowLoopback: true }).limits(APP_ID, id)).kind).toBe(
      'answered',
    );
  });

  it('takes a new access token when the one it has is refused', async () => {
    await using bench = await startBench();
    const { id } = await bench.authorizeByRefreshToken();
    const rest = new OrgRest(bench.tokens, { allowLoopback: true });
    await rest.limits(APP_ID, id);
    bench.org.revokeAllTokens();
    expect((await rest.limits(APP_ID, id)).kind).toBe('answered');
  });

  it('ends when every access token is refused, and says so', async () => {
    await using bench = await startBench({ faults: { nextSessionNotForRest: 50 } });
    const { id } = await bench.authorizeByRefreshToken();
    const answer = await new OrgRest(bench.tokens, { allowLoopback: true }).limits(APP_ID, id);
    expect(['not-authorized', 'failed']).toContain(answer.kind);
    expect(bench.org.faults.nextSessionNotForRest).toBeGreaterThan(40);
  });

  it('says why when the authorization is dead, and what Salesforce refuses', async () => {
    await using bench = await startBench();
    const { id } = await bench.authorizeByRefreshToken();
    const rest = new OrgRest(bench.tokens, { allowLoopback: true });
    bench.org.faults.apiDisabled = true;
    expect(await rest.limits(APP_ID, id)).toMatchObject({ kind: 'failed', id: 'API_DISABLED_FOR_ORG' });
    bench.org.faults.apiDisabled = false;
    bench.org.revokeAllTokens({ refreshTokens: true });
    expect(await rest.limits(APP_ID, id)).toMatchObject({
      kind: 'not-authorized',
      message: expect.stringContaining('Authorize the org again'),
    });
  });
});
