import { tenantPath } from '../../api/client.ts';
import type { Redrive } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Cut } from '../../parts/cut.tsx';
import { number } from '../../parts/format.ts';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { Stamp } from './stamp.tsx';
import { StatusBadge } from './status-badge.tsx';

const LOOK_EVERY_MS = 5_000;

/** Retries and discards of many deliveries: those in progress, and those of the last 30 days. */
export function RedriveList({ app }: ViewProps) {
  const { value, problem, readAt, refresh } = usePolled<{ readonly redrives: readonly Redrive[] }>(
    tenantPath(app, ['redrives']),
    LOOK_EVERY_MS,
  );
  return (
    <>
      <h1>Retries and discards</h1>
      {value === undefined ? (
        problem === undefined ? (
          <Loading what="them" />
        ) : (
          <Failure problem={problem} retry={refresh} />
        )
      ) : (
        <>
          {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
          {value.redrives.length === 0 ? (
            <Empty title="There was none in the last 30 days">
              <p>
                “Retry all that match” and “Discard all that match” above the list of deliveries start one.
              </p>
            </Empty>
          ) : (
            <table class="cards">
              <thead>
                <tr>
                  <th scope="col">Started</th>
                  <th scope="col">What</th>
                  <th scope="col">State</th>
                  <th scope="col" class="number">
                    Done
                  </th>
                  <th scope="col" class="number">
                    Left as they were
                  </th>
                  <th scope="col">By</th>
                </tr>
              </thead>
              <tbody>
                {value.redrives.map((redrive) => (
                  <tr key={redrive.id}>
                    <td>
                      <a href={href(app, 'deliveries', ['redrives', redrive.id])}>
                        <Stamp at={redrive.started_at} />
                      </a>
                    </td>
                    <td>
                      <Cut text={redrive.action} />
                    </td>
                    <td>
                      <StatusBadge status={redrive.state} />
                    </td>
                    <td class="number">
                      <span class="card-label">Done: </span>
                      {number(redrive.done)}
                    </td>
                    <td class="number">
                      <span class="card-label">Left as they were: </span>
                      {number(redrive.skipped)}
                    </td>
                    <td>
                      <Cut text={redrive.started_by} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
    </>
  );
}
