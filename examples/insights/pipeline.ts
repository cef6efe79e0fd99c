/** An opportunity's change event; `sluice events:types` writes this for your own org. Unchanged fields are null. */
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

/** The app's knowledge of the opportunities, in memory; a real app stores it in a database to survive a restart. */
export class Pipeline {
  readonly #opportunities = new Map<string, Opportunity>();

  /** Undefined if nothing was won. Does not change the state. */
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

  /** The records after the change. An update contains only the fields that changed. */
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
