import { expect, it } from 'vitest';
import { type CaseChange, newId, Tickets, ticketOf } from './tickets.ts';

const form = (fields: Record<string, string>) =>
  ticketOf(new URLSearchParams({ email: 'ada@example.com', issue: 'It is cold', ...fields }));
const change = (recordIds: readonly string[], fields: object): CaseChange => ({
  ChangeEventHeader: { changeType: 'UPDATE', recordIds },
  Subject: null,
  Status: null,
  ...fields,
});

it('follows the case of each ticket by its record', () => {
  const tickets = new Tickets();
  const [one, two] = [newId(), newId()];
  for (const id of [one, two]) tickets.add({ id, email: 'a@b', issue: 'i', priority: 'Low', status: 'sent' });
  const changes = [
    change(['500-1'], { Status: 'New', Subject: `[${one}] It is cold` }),
    change(['500-2'], { Status: 'New', Subject: 'By phone' }),
    change(['500-1', '500-2'], { Status: 'Closed' }),
    change(['500-1'], { Status: 'Closed' }),
    change(['500-1'], {}),
  ];
  expect(changes.map((each) => tickets.follow(each).map(({ id, status }) => [id, status]))).toEqual([
    [[one, 'New']],
    [],
    [[one, 'Closed']],
    [],
    [],
  ]);
  expect(tickets.get(two)?.status).toBe('sent');
});

it('keeps what became of a ticket whose form is sent again', () => {
  const tickets = new Tickets();
  const ticket = { id: newId(), email: 'a@b', issue: 'i', priority: 'Low', status: 'sent' };
  tickets.add(ticket);
  tickets.follow(change(['500-1'], { Status: 'New', Subject: `[${ticket.id}] i` }));
  tickets.add(ticket);
  expect(tickets.get(ticket.id)?.status).toBe('New');
});

it('takes a form, and says what is wrong with another', () => {
  expect(form({})).toMatchObject({ priority: 'Medium', status: 'sent' });
  expect(form({ id: '<script>' })).toContain('load it again');
  expect(form({ email: 'ada' })).toContain('e-mail');
  expect(form({ issue: ' ' })).toContain('what is wrong');
  expect(form({ issue: 'x'.repeat(201) })).toContain('200');
  expect(form({ priority: 'Now' })).toContain('Low, Medium, High');
});
