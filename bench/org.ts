import { startSalesforceSimulator } from '../simulators/salesforce/index.ts';

/** A simulated org in a separate process, full of change events, so that its CPU is not counted as the poller's. */
const CHANGES = Number(process.argv[2]);
const org = await startSalesforceSimulator({
  seed: 1,
  faults: { deliveredLimit: Number.MAX_SAFE_INTEGER, commitNumberOffset: '1736877279422521345' },
});
const id = org.records.create('Account', { Name: 'Acme' });
for (let change = 1; change < CHANGES; change += 1) {
  org.records.update(id, { Phone: String(change), BillingCity: `City ${change}`, AnnualRevenue: change });
}
const { clientId, clientSecret } = org.credentials;
process.send?.({ loginUrl: org.httpUrl, pubsubEndpoint: org.grpcAddress, clientId, clientSecret });
