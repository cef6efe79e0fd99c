import { useMemo, useState } from 'preact/hooks';
import { tenantPath } from '../../api/client.ts';
import type { Delivery, DeliveryPage, Publication, Subscription } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Cut } from '../../parts/cut.tsx';
import { number } from '../../parts/format.ts';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { go, href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { type Action, DELIVERY_FIELDS, givenIn, queryOf } from './filter.ts';
import { FilterForm } from './filter-form.tsx';
import { Stamp } from './stamp.tsx';
import { StatusBadge } from './status-badge.tsx';

/** The most that the API returns at once: a page of a hundred rows is drawn in an instant, however many deliveries exist. */
const PAGE_ROWS = 100;

/** A page of the matching deliveries. Filter and page are in the address: Back works, and a colleague sees the same. */
export function DeliveryList({ app, route }: ViewProps) {
  const given = givenIn(route.query, DELIVERY_FIELDS);
  const filterKey = JSON.stringify(given);
  const [round, setRound] = useState(0);
  const [action, setAction] = useState<Action | undefined>(undefined);
  // On every page "2h" counts from the moment when the list was requested.
  const nowMs = useMemo(() => Date.now(), [filterKey, round]);
  const after = route.query.get('after') ?? undefined;
  const pageNumber = Number(route.query.get('page') ?? '1');
  const order = route.query.get('order') ?? undefined;
  const list = usePolled<DeliveryPage>(
    tenantPath(app, ['deliveries'], { ...queryOf(given, nowMs), order, limit: PAGE_ROWS, after }),
  );
  const publications = usePolled<readonly Publication[]>(tenantPath(app, ['publications']));
  const subscriptions = usePolled<readonly Subscription[]>(tenantPath(app, ['subscriptions']));
  const address = (more: Readonly<Record<string, string | undefined>>) =>
    href(app, 'deliveries', [], { ...given, order, ...more });

  return (
    <>
      <div class="title-line">
        <h1>Deliveries</h1>
        <div class="actions">
          <button
            type="button"
            onClick={() => {
              setRound((last) => last + 1);
              list.refresh();
            }}
          >
            Refresh
          </button>
          <button type="button" onClick={() => setAction('retry')}>
            Retry all that match …
          </button>
          <button type="button" class="danger" onClick={() => setAction('discard')}>
            Discard all that match …
          </button>
        </div>
      </div>
      <p class="quiet-text">
        What was not delivered at the first attempt. A delivery that succeeded at once is in the event’s story
        only.
      </p>
      <FilterForm
        fields={DELIVERY_FIELDS}
        hasStatuses
        given={given}
        suggestions={{
          publications: namesOf(publications.value),
          subscriptions: namesOf(subscriptions.value),
        }}
        apply={(next) => go(href(app, 'deliveries', [], { ...next, order }))}
      />
      {list.value === undefined ? (
        list.problem === undefined ? (
          <Loading what="the deliveries" rows={20} />
        ) : (
          <Failure problem={list.problem} retry={list.refresh} />
        )
      ) : (
        <section class="section" aria-label="Deliveries that match">
          {list.problem !== undefined && <Stale problem={list.problem} readAt={list.readAt} />}
          <div class="title-line">
            <p role="status">{summary(list.value, pageNumber)}</p>
            <label class="line-field">
              <span>Order</span>
              <select
                value={order ?? 'newest-first'}
                onChange={({ currentTarget }) =>
                  go(href(app, 'deliveries', [], { ...given, order: currentTarget.value }))
                }
              >
                <option value="newest-first">newest first</option>
                <option value="oldest-first">oldest first</option>
              </select>
            </label>
          </div>
          {list.value.deliveries.length > 0 ? (
            <Table app={app} deliveries={list.value.deliveries} />
          ) : (
            <NothingFound page={list.value} isFiltered={Object.keys(given).length > 0} />
          )}
          <nav class="actions" aria-label="Pages">
            {pageNumber > 1 && (
              <a class="button" href={address({})}>
                First page
              </a>
            )}
            {pageNumber > 1 && (
              <button type="button" onClick={() => history.back()}>
                Back
              </button>
            )}
            {list.value.next !== undefined && (
              <a class="button" href={address({ after: list.value.next, page: String(pageNumber + 1) })}>
                Next page
              </a>
            )}
          </nav>
        </section>
      )}
      {action !== undefined && (
        <BulkDialog app={app} action={action} given={given} close={() => setAction(undefined)} />
      )}
    </>
  );
}

function namesOf(resources: readonly { readonly name: string }[] | undefined): readonly string[] {
  return resources?.map(({ name }) => name) ?? [];
}

function summary({ deliveries, next }: DeliveryPage, pageNumber: number): string {
  const first = (pageNumber - 1) * PAGE_ROWS + 1;
  const shown = deliveries.length;
  if (shown === 0) return '';
  const isWhole = pageNumber === 1 && next === undefined;
  if (isWhole) return `${shown} ${shown === 1 ? 'delivery matches' : 'deliveries match'}.`;
  return `Page ${pageNumber}: ${shown} from number ${number(first)}${next === undefined ? ', the last ones' : ''}.`;
}

function NothingFound({ page, isFiltered }: { readonly page: DeliveryPage; readonly isFiltered: boolean }) {
  if (page.next !== undefined) {
    return (
      <p>Sluice looked at {number(page.scanned)} records without finding one. The next page looks further.</p>
    );
  }
  return isFiltered ? (
    <Empty title="Nothing matches">
      <p>No stored delivery matches this filter. Clear it, or look for the event itself.</p>
    </Empty>
  ) : (
    <Empty title="Nothing is waiting, and nothing failed">
      <p>Every event of the last days was delivered at the first attempt.</p>
    </Empty>
  );
}

function Table({ app, deliveries }: { readonly app: string; readonly deliveries: readonly Delivery[] }) {
  return (
    <table class="cards deliveries">
      <thead>
        <tr>
          <th scope="col">Stored</th>
          <th scope="col">Status</th>
          <th scope="col">Event</th>
          <th scope="col">From → to</th>
          <th scope="col" class="number">
            Attempts
          </th>
          <th scope="col">Last error</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <td>
              <a href={href(app, 'deliveries', [delivery.id])}>
                <Stamp at={delivery.created_at} />
              </a>
            </td>
            <td>
              <StatusBadge status={delivery.status} />
            </td>
            <td>
              <Cut text={delivery.event_type} max={120} />
              <div class="small quiet-text">
                <Cut text={delivery.event_id} max={120} />
              </div>
            </td>
            <td>
              {delivery.subscription === undefined ? (
                <span class="quiet-text">published</span>
              ) : (
                <Cut text={delivery.subscription.name} />
              )}
              {' → '}
              <Cut text={delivery.publication.name} />
            </td>
            <td class="number">
              <span class="card-label">Attempts: </span>
              {delivery.attempt_count}
            </td>
            <td>
              {delivery.last_error !== undefined && (
                <>
                  <Cut text={delivery.last_error.id} />
                  {delivery.last_error.message !== undefined && (
                    <div class="small quiet-text">
                      <Cut text={delivery.last_error.message} max={120} />
                    </div>
                  )}
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
