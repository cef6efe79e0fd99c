/** A change event of an opportunity; for your own org, `sluice events:types` writes this. Fields that did not change are null. */
export interface OpportunityChange {
  readonly ChangeEventHeader: {
    readonly changeType: string;
    readonly recordIds: readonly string[];
    readonly changedFields: readonly string[];
  };
  readonly Name?: string | null;
  readonly StageName?: string | null;
  readonly Amount?: number | null;
}

interface Opportunity {
  readonly name: string;
  readonly stage: string;
  readonly amount: number;
}

const WON = 'Closed Won';
const UNKNOWN: Opportunity = { name: 'a deal', stage: '', amount: 0 };

/** What the app knows of the opportunities. It is in memory; an app that restarts keeps it in a database. */
export class Pipeline {
  readonly #opportunities = new Map<string, Opportunity>();

  /** Undefined if nothing was won. Remembers nothing. */
  insightOf(change: OpportunityChange): string | undefined {
    const changed = this.#changed(change);
    const won = changed.filter(
      ([id, { stage }]) => stage === WON && this.#opportunities.get(id)?.stage !== WON,
    );
    if (won.length === 0) return undefined;
    const all = [...new Map([...this.#opportunities, ...changed]).values()].filter(
      ({ stage }) => stage === WON,
    );
    const deals = won.map(([, { name, amount }]) => `${name} (${money(amount)})`).join(', ');
    const total = all.reduce((sum, { amount }) => sum + amount, 0);
    return `Won: ${deals}. So far ${all.length === 1 ? '1 deal' : `${all.length} deals`}, ${money(total)}`;
  }

  remember(change: OpportunityChange): void {
    for (const [id, opportunity] of this.#changed(change)) this.#opportunities.set(id, opportunity);
    if (change.ChangeEventHeader.changeType === 'DELETE') {
      for (const id of change.ChangeEventHeader.recordIds) this.#opportunities.delete(id);
    }
  }

  /** The records as they are after the change. An update has the fields that changed, and no others. */
  #changed({
    ChangeEventHeader: header,
    Name,
    StageName,
    Amount,
  }: OpportunityChange): [string, Opportunity][] {
    if (!['CREATE', 'UPDATE', 'UNDELETE'].includes(header.changeType)) return [];
    const has = (field: string) => header.changeType !== 'UPDATE' || header.changedFields.includes(field);
    return header.recordIds.map((id) => {
      const before = this.#opportunities.get(id) ?? UNKNOWN;
      return [
        id,
        {
          name: has('Name') ? (Name ?? UNKNOWN.name) : before.name,
          stage: has('StageName') ? (StageName ?? '') : before.stage,
          amount: has('Amount') ? (Amount ?? 0) : before.amount,
        },
      ];
    });
  }
}

function money(amount: number): string {
  return amount.toLocaleString('en');
}
