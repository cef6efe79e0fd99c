import { numberOr } from './json.ts';
import type { RecordValues } from './org/change-events.ts';
import { DEFAULT_ENTITIES, OPPORTUNITY_STAGES } from './org/entities.ts';
import type { Org } from './org/org.ts';
import type { ChangeContext } from './org/records.ts';
import { integerBetween, pick } from './random.ts';

export interface DemoActivityOptions {
  readonly everyMs: number;
}

const COMPANIES = [
  'Aurora Fittings',
  'Bramble & Sons',
  'Cobalt Marine',
  'Dunmore Dairy',
  'Elmwood Optics',
  'Fairway Logistics',
  'Granite Bikes',
  'Harbour Roast',
];
const DEALS = ['annual plan', 'pilot', 'renewal', 'spare parts', 'expansion', 'training', 'support upgrade'];

/** The number of open opportunities that the demo works on at once. */
const OPEN_MAX = 8;

/** A demo may run for weeks: beyond this number, old opportunities are reopened instead of new ones created. */
const ALL_MAX = 60;

/** The chance at each stage of being closed at once, so that a watcher soon sees a Closed Won. */
const CLOSE_CHANCE = 0.25;

function isOpen(record: RecordValues): boolean {
  return record['IsClosed'] !== true;
}

/** A sales team at work: opportunities appear, their stages advance, amounts are haggled over, some are won. */
export class DemoActivity {
  readonly #org: Org;
  readonly #context: ChangeContext;
  readonly #timer: NodeJS.Timeout;
  /** Never two new opportunities in a row: a person who watches the first steps should see a change. */
  #begunLast = false;

  constructor(org: Org, options: DemoActivityOptions) {
    this.#org = org;
    this.#context = { userId: org.user.id };
    this.#timer = setInterval(() => this.step(), options.everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Makes one change. */
  step(): void {
    const { records, random } = this.#org;
    const all = records.all('Opportunity');
    const open = all.filter(isOpen);
    const opportunity = pick(random, open);
    const mayBegin = !this.#begunLast && open.length < OPEN_MAX && random() < 0.3;
    this.#begunLast = opportunity === undefined || mayBegin;
    if (opportunity === undefined || mayBegin) {
      const closed = all.filter((record) => !isOpen(record));
      const [oldest] = closed.sort((left, right) =>
        String(left['LastModifiedDate']) < String(right['LastModifiedDate']) ? -1 : 1,
      );
      if (oldest !== undefined && all.length >= ALL_MAX) this.#renew(oldest);
      else this.#begin();
    } else if (random() < 0.25) this.#haggle(opportunity);
    else this.#advance(opportunity);
  }

  /** A customer comes back: the old opportunity is reopened. */
  #renew(opportunity: RecordValues): void {
    this.#update(opportunity, {
      StageName: OPPORTUNITY_STAGES[0],
      Amount: this.#amount(),
      Probability: 10,
      CloseDate: this.#closeDate(),
      Type: 'Existing Customer - Upgrade',
    });
  }

  #amount(): number {
    return integerBetween(this.#org.random, 4, 400) * 500;
  }

  #closeDate(): string {
    const { random, clock } = this.#org;
    return new Date(clock() + integerBetween(random, 10, 90) * 86_400_000).toISOString().slice(0, 10);
  }

  #begin(): void {
    const { records, random } = this.#org;
    const name = pick(random, COMPANIES) ?? 'Aurora Fittings';
    const account = records.all('Account').find((item) => item['Name'] === name)?.['Id'];
    const accountId = typeof account === 'string' ? account : this.#newAccount(name);
    records.create(
      'Opportunity',
      {
        Name: `${name}: ${pick(random, DEALS) ?? 'pilot'}`,
        AccountId: accountId,
        StageName: OPPORTUNITY_STAGES[0],
        Amount: this.#amount(),
        Probability: 10,
        CloseDate: this.#closeDate(),
        LeadSource: pick(random, ['Web', 'Partner Referral', 'Other']),
      },
      this.#context,
    );
  }

  #newAccount(name: string): string | null {
    const { records, random } = this.#org;
    const industries = DEFAULT_ENTITIES[0]?.members.flatMap((member) =>
      'picklist' in member && member.name === 'Industry' ? (member.picklist ?? []) : [],
    );
    const saved = records.create(
      'Account',
      {
        Name: name,
        Industry: pick(random, industries ?? []),
        BillingCity: pick(random, ['Leeds', 'Lyon', 'Porto', 'Graz']),
        BillingCountry: 'Europe',
        Type: 'Prospect',
      },
      this.#context,
    );
    return saved.ok ? saved.id : null;
  }

  #haggle(opportunity: RecordValues): void {
    const amount = numberOr(opportunity['Amount'], 0);
    const factor = integerBetween(this.#org.random, 85, 120) / 100;
    this.#update(opportunity, { Amount: Math.max(500, Math.round((amount * factor) / 50) * 50) });
  }

  #advance(opportunity: RecordValues): void {
    const { random } = this.#org;
    const stages: readonly unknown[] = OPPORTUNITY_STAGES;
    const stage = stages.indexOf(opportunity['StageName']);
    const isLate = stage >= OPPORTUNITY_STAGES.indexOf('Negotiation/Review');
    if (isLate || (stage > 0 && random() < CLOSE_CHANCE)) {
      const won = random() < 0.7;
      this.#update(opportunity, {
        StageName: won ? 'Closed Won' : 'Closed Lost',
        Probability: won ? 100 : 0,
      });
    } else {
      const next = stage + integerBetween(random, 1, 2);
      this.#update(opportunity, {
        StageName: OPPORTUNITY_STAGES[Math.min(next, 7)],
        Probability: Math.min(90, (next + 1) * 11),
      });
    }
  }

  #update(opportunity: RecordValues, fields: Record<string, unknown>): void {
    this.#org.records.update(String(opportunity['Id']), fields, this.#context);
  }
}
