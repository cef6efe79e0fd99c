import { randomBytes } from 'node:crypto';

export interface Ticket {
  readonly id: string;
  readonly email: string;
  readonly issue: string;
  readonly priority: string;
  /** The status of its case; `sent` until there is a case. */
  readonly status: string;
}

/** A change event of a case. Fields that did not change are null. */
export interface CaseChange {
  readonly ChangeEventHeader: {
    readonly changeType: string;
    readonly recordIds: readonly string[];
  };
  readonly Subject?: string | null;
  readonly Status?: string | null;
}

const PRIORITIES = ['Low', 'Medium', 'High'];
const ISSUE_MAX = 200;
const ID = /^T-[0-9a-f]{12}$/;

export function newId(): string {
  return `T-${randomBytes(6).toString('hex')}`;
}

/** The ticket that somebody filled in, or a sentence about what is wrong with it. */
export function ticketOf(form: URLSearchParams): Ticket | string {
  const id = form.get('id') ?? newId();
  const email = (form.get('email') ?? '').trim();
  const issue = (form.get('issue') ?? '').trim();
  const priority = form.get('priority') ?? 'Medium';
  if (!ID.test(id)) return 'The form is damaged: please load it again.';
  if (!/^[^@\s]+@[^@\s]+$/.test(email) || email.length > ISSUE_MAX) return 'Please give an e-mail address.';
  if (issue === '' || issue.length > ISSUE_MAX) {
    return `Please say what is wrong, in up to ${ISSUE_MAX} characters.`;
  }
  if (!PRIORITIES.includes(priority)) return `Please choose a priority of ${PRIORITIES.join(', ')}.`;
  return { id, email, issue, priority, status: 'sent' };
}

/** The state of each ticket, in memory; a real app stores it in a database, so that it survives a restart. */
export class Tickets {
  readonly #tickets = new Map<string, Ticket>();
  /** Ids of tickets, by the id of their case. */
  readonly #ofCase = new Map<string, string>();

  add(ticket: Ticket): void {
    if (!this.#tickets.has(ticket.id)) this.#tickets.set(ticket.id, ticket);
  }

  get(id: string): Ticket | undefined {
    return this.#tickets.get(id);
  }

  /** The tickets whose status changed. */
  follow({ ChangeEventHeader: { recordIds }, Subject, Status }: CaseChange): Ticket[] {
    // The subject of a case names its ticket. Later changes have no subject.
    const [, named] = /^\[(T-[0-9a-f]+)\]/.exec(Subject ?? '') ?? [];
    return recordIds.flatMap((recordId) => {
      if (named !== undefined) this.#ofCase.set(recordId, named);
      const ticket = this.#tickets.get(this.#ofCase.get(recordId) ?? '');
      if (ticket === undefined || typeof Status !== 'string' || ticket.status === Status) return [];
      const changed = { ...ticket, status: Status };
      this.#tickets.set(ticket.id, changed);
      return [changed];
    });
  }
}
