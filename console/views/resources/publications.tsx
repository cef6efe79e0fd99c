import { request, tenantPath } from '../../api/client.ts';
import type { Publication } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Act } from '../../parts/act.tsx';
import { Badge, type Weight } from '../../parts/badge.tsx';
import { counted, number } from '../../parts/format.ts';
import { Ago, Moment } from '../../parts/moment.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Scroll } from '../../parts/scroll.tsx';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { useFlow } from '../flow/use-flow.ts';
import { HourChart } from './chart.tsx';
import { Params } from './facts.tsx';

const REFRESH_MS = 10_000;

/** All publications, or one of them. */
export function Publications({ app, route }: ViewProps) {
  const [name] = route.segments;
  return name === undefined ? <List app={app} /> : <Detail key={name} app={app} name={name} />;
}

function stateOf({ state, breaker }: Publication): { readonly weight: Weight; readonly text: string } {
  if (state !== 'active') return { weight: state === 'paused' ? 'warn' : 'bad', text: state };
  if (breaker !== undefined && breaker.state !== 'closed')
    return { weight: 'bad', text: `breaker ${breaker.state}` };
  return { weight: 'good', text: state };
}

function List({ app }: { readonly app: string }) {
  const { value, problem, readAt, refresh } = usePolled<Publication[]>(
    tenantPath(app, ['publications']),
    REFRESH_MS,
  );
  return (
    <>
      <h1>Publications</h1>
      {value === undefined && problem === undefined && <Loading what="the publications" rows={16} />}
      {value === undefined && problem !== undefined && <Failure problem={problem} retry={refresh} />}
      {value !== undefined && problem !== undefined && <Stale problem={problem} readAt={readAt} />}
      {value?.length === 0 && (
        <Empty title="Events go nowhere yet">
          <p>A webhook is any URL that takes a POST:</p>
          <pre class="command">
            sluice events:publications:webhook:create receiver -u https://example.com/webhooks -a {app}
          </pre>
        </Empty>
      )}
      {value !== undefined && value.length > 0 && (
        <Scroll name="Publications">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th>State</th>
                <th>Platform</th>
                <th>From</th>
              </tr>
            </thead>
            <tbody>
              {value.map((publication) => {
                const { id, name, platform, sources } = publication;
                const { weight, text } = stateOf(publication);
                return (
                  <tr key={id}>
                    <td>
                      <a href={href(app, 'publications', [name])}>
                        <Plain text={name} />
                      </a>
                    </td>
                    <td>
                      <Badge weight={weight}>{text}</Badge>
                    </td>
                    <td>{platform}</td>
                    <td>
                      {sources.length === 0 ? (
                        'apps only'
                      ) : (
                        <Plain text={sources.map((each) => each.name).join(', ')} />
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

function Detail({ app, name }: { readonly app: string; readonly name: string }) {
  const path = tenantPath(app, ['publications', name]);
  const { value, problem, readAt, refresh } = usePolled<Publication>(path, REFRESH_MS);
  const flow = useFlow(app);
  const inFlow = flow.value?.publications.find((each) => each.id === value?.id);
  const change = async (paused: boolean) => {
    await request(path, { method: 'PATCH', body: { paused } });
    refresh();
    flow.refresh();
  };
  const state = value === undefined ? undefined : stateOf(value);
  return (
    <>
      <p class="small">
        <a href={href(app, 'publications')}>All publications</a>
      </p>
      <div class="title-line">
        <h1>
          <Plain text={name} />
        </h1>
        {state !== undefined && <Badge weight={state.weight}>{state.text}</Badge>}
      </div>
      {value === undefined && problem === undefined && <Loading what="the publication" rows={24} />}
      {value === undefined && problem !== undefined && <Failure problem={problem} retry={refresh} />}
      {value !== undefined && (
        <>
          {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
          {value.state_reason !== undefined && (
            <p class="notice notice-bad">
              <Plain text={value.state_reason} />
            </p>
          )}
          <div class="actions">
            {value.state === 'active' ? (
              <Act done="Paused" does={() => change(true)}>
                Pause
              </Act>
            ) : (
              <Act kind="main" done="Resumed" does={() => change(false)}>
                {value.state === 'disabled' ? 'Enable' : 'Resume'}
              </Act>
            )}
            <span class="quiet-text small">
              {value.state === 'active'
                ? 'Paused, its deliveries are parked and kept; nothing is lost.'
                : 'What is parked goes out first, oldest first.'}
            </span>
          </div>
          <Breaker publication={value} />
          <section class="panel section" aria-labelledby="undone">
            <h2 id="undone">Deliveries that are not done</h2>
            <ul class="undone">
              {(['waiting', 'parked', 'available', 'rejected', 'exhausted'] as const).map((status) => (
                <li key={status}>
                  <a href={href(app, 'deliveries', [], { publication: name, status })}>
                    {inFlow === undefined ? '…' : number(inFlow.deliveries[status])} {status}
                  </a>
                </li>
              ))}
            </ul>
          </section>
          <section class="panel section" aria-labelledby="hour">
            <h2 id="hour">The last hour</h2>
            <HourChart
              minutes={inFlow?.minutes ?? NO_MINUTES}
              fields={[value.platform === 'pull' ? 'kept' : 'delivered', 'failed', 'parked']}
            />
          </section>
          <section class="panel section" aria-labelledby="settings">
            <h2 id="settings">Settings</h2>
            <dl class="facts">
              <dt>Platform</dt>
              <dd>{value.platform}</dd>
              <Params params={value.params} />
              {value.retry !== undefined && (
                <>
                  <dt>Retries after</dt>
                  <dd>
                    <Plain text={value.retry.join(', ')} />
                  </dd>
                </>
              )}
              {value.rate_limit !== undefined && (
                <>
                  <dt>Rate limit</dt>
                  <dd>{value.rate_limit}</dd>
                </>
              )}
              {value.backlog !== undefined && (
                <>
                  <dt>Waits to be pulled</dt>
                  <dd>
                    {number(value.backlog.count)}
                    {value.backlog.oldest_at !== undefined && (
                      <>
                        , the oldest since <Moment at={value.backlog.oldest_at} />
                      </>
                    )}
                  </dd>
                </>
              )}
              <dt>Made</dt>
              <dd>
                <Moment at={value.created_at} />
              </dd>
            </dl>
          </section>
          <section class="panel section" aria-labelledby="sources">
            <h2 id="sources">Where its events come from</h2>
            {value.sources.length === 0 ? (
              <p>No stream ends here. Apps may publish to it directly.</p>
            ) : (
              <ul class="rows">
                {value.sources.map((source) => (
                  <li key={source.id}>
                    <a href={href(app, 'streams', [source.name, name])}>
                      <Plain text={source.name} /> → <Plain text={name} />
                    </a>
                    {source.filter === null && <span class="quiet-text"> everything passes</span>}
                  </li>
                ))}
              </ul>
            )}
          </section>
        </>
      )}
    </>
  );
}

function Breaker({ publication: { breaker } }: { readonly publication: Publication }) {
  if (breaker === undefined || breaker.state === 'closed') return null;
  return (
    <div class="notice notice-bad section" role="status">
      <p>
        <strong>The breaker is {breaker.state}</strong> since <Ago at={breaker.since} />: the receiver fails,
        so its deliveries are parked and one at a time is tried
        {breaker.failed_probes !== undefined && ` (${counted(breaker.failed_probes, 'try', 'tries')} failed)`}
        {breaker.next_probe_at !== undefined && (
          <>
            , the next <Ago at={breaker.next_probe_at} />
          </>
        )}
        . When one is taken, the others follow by themselves.
      </p>
      {breaker.error !== undefined && (
        <blockquote class="words">
          {breaker.error.id}: <Plain text={breaker.error.message} />
        </blockquote>
      )}
    </div>
  );
}

const NO_MINUTES: [] = [];
