import { afterAll, beforeAll, expect, it } from 'vitest';
import { follow } from '../support/followed-page.ts';
import { LocalRun, temporaryState } from '../support/local-run.ts';

// Each page of docs/use-cases is followed to the letter on one local run, as by a reader who tries them all.

const state = temporaryState();
let run: LocalRun;
let orgUrl: string;

beforeAll(async () => {
  run = await LocalRun.start(state.dir);
  [, orgUrl = ''] = await run.sees(/simulated org +(http:\S+)/);
});

afterAll(async () => {
  await run.end('SIGKILL');
  state.remove();
});

/** The texts in a field of the platform events that the org received, oldest first. */
async function arrived(event: string, field: string): Promise<string[]> {
  const response = await fetch(`${orgUrl}/__simulator/ledger?topic=/event/${event}`);
  const { events } = (await response.json()) as {
    events: { payload: Record<string, string | null> }[];
  };
  return events.map(({ payload }) => payload[field] ?? '');
}

it('insights: each total follows from the one before, and the org has what the app said', async () => {
  const appLines = await follow('insights.md', {
    orgUrl,
    stateDir: state.dir,
    // The demo's sales team wins deals, too.
    comparable: (line) => line.replace(/So far .*/, 'So far …'),
  });
  const insights = appLines.filter((line) => line.startsWith('Won: '));
  let total = 0;
  for (const [index, insight] of insights.entries()) {
    const [, amount = '', count, sum = ''] =
      /\(([\d,]+)\)\. So far (\d+) deals?, ([\d,]+)$/.exec(insight) ?? [];
    total += Number(amount.replaceAll(',', ''));
    expect([insight, Number(count), Number(sum.replaceAll(',', ''))]).toEqual([insight, index + 1, total]);
  }
  // Events in flight when the page tidied up did not arrive; those that arrived were reported.
  const inOrg = await arrived('System_Status__e', 'Message__c');
  expect(inOrg).toContainEqual(expect.stringMatching(/^Won: Mobile rollout \(15,000\)/));
  expect(insights).toEqual(expect.arrayContaining(inOrg));
}, 180_000);

it('compliance: what is to be reviewed is found once, of the readings that Data Cloud has', async () => {
  const appLines = await follow('compliance.md', {
    orgUrl,
    stateDir: state.dir,
    comparable: (line) => line.replace(/http:\S+\/in\/\S+/, 'http://127.0.0.1:4280/in/…'),
  });
  const found = 'P-7: 141, then 152 beats a minute';
  expect(appLines.filter((line) => line.startsWith('review'))).toEqual([`review ${found}`]);
  const reviews = (await arrived('System_Status__e', 'Message__c')).filter((text) => text.startsWith('P-'));
  expect(reviews).toEqual([found]);
}, 180_000);

it('a support ticket: the case of the ticket is followed, and nothing that is not signed', async () => {
  const appLines = await follow('support-ticket.md', {
    orgUrl,
    stateDir: state.dir,
    comparable: (line) => line.replaceAll(/\bT-[0-9a-f]{12}/g, 'T-…'),
  });
  const [ticket = ''] = await arrived('Support_Ticket__e', 'Ticket__c');
  expect(ticket).toMatch(/^T-[0-9a-f]{12}$/);
  expect(appLines.slice(1)).toEqual([`${ticket}: the case is New`, `${ticket}: the case is Escalated`]);
}, 180_000);
