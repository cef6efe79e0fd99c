import { request, tenantPath } from '../../api/client.ts';
import type { Subscription, SubscriptionDetail } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Act } from '../../parts/act.tsx';
import { Badge, type Weight } from '../../parts/badge.tsx';
import { duration, number } from '../../parts/format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Scroll } from '../../parts/scroll.tsx';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { sumOf } from '../flow/minutes.ts';
import { useFlow } from '../flow/use-flow.ts';
import { HourChart } from './chart.tsx';
import { Params } from './facts.tsx';

const REFRESH_MS = 10_000;

/** All subscriptions, or one of them. */
export function Subscriptions({ app, route }: ViewProps) {
  const [name] = route.segments;
  return name === undefined ? <List app={app} /> : <Detail key={name} app={app} name={name} />;
}

const WEIGHTS: Readonly<Record<string, Weight>> = { active: 'good', waiting: 'warn', stopped: 'bad' };

function List({ app }: { readonly app: string }) {
  const { value, problem, readAt, refresh } = usePolled<Subscription[]>(
    tenantPath(app, ['subscriptions']),
    REFRESH_MS,
  );
  return (
    <>
      <h1>Subscriptions</h1>
      {value === undefined && problem === undefined && <Loading what="the subscriptions" rows={16} />}
      {value === undefined && problem !== undefined && <Failure problem={problem} retry={refresh} />}
      {value !== undefined && problem !== undefined && <Stale problem={problem} readAt={readAt} />}
      {value?.length === 0 && (
        <Empty title="Events come from nowhere yet">
          <p>A generator needs nothing but itself:</p>
          <pre class="command">{`sluice events:generate clock -i 1m -m 'root.at = now()' -a ${app}`}</pre>
        </Empty>
      )}
      {value !== undefined && value.length > 0 && (
        <Scroll name="Subscriptions">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th>State</th>
                <th>Platform</th>
                <th>To</th>
              </tr>
            </thead>
            <tbody>
              {value.map(({ id, name, platform, status, targets }) => (
                <tr key={id}>
                  <td>
                    <a href={href(app, 'subscriptions', [name])}>
                      <Plain text={name} />
                    </a>
                  </td>
                  <td>
                    <Badge weight={WEIGHTS[status.state] ?? 'note'}>{status.state}</Badge>
                  </td>
                  <td>{platform}</td>
                  <td>
                    {targets.length === 0 ? (
                      'nowhere'
                    ) : (
                      <Plain text={targets.map((each) => each.name).join(', ')} />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

function Detail({ app, name }: { readonly app: string; readonly name: string }) {
  const path = tenantPath(app, ['subscriptions', name]);
  const { value, problem, readAt, refresh } = usePolled<SubscriptionDetail>(path, REFRESH_MS);
  const flow = useFlow(app);
  const minutes = flow.value?.subscriptions.find((each) => each.id === value?.id)?.minutes;
  const isKept = sumOf(minutes ?? NO_MINUTES).kept > 0;
  const change = async (paused: boolean) => {
    await request(path, { method: 'PATCH', body: { paused } });
    refresh();
  };
  return (
    <>
      <p class="small">
        <a href={href(app, 'subscriptions')}>All subscriptions</a>
      </p>
      <div class="title-line">
        <h1>
          <Plain text={name} />
        </h1>
        {value !== undefined && (
          <Badge weight={WEIGHTS[value.status.state] ?? 'note'}>{value.status.state}</Badge>
        )}
      </div>
      {value === undefined && problem === undefined && <Loading what="the subscription" rows={24} />}
      {value === undefined && problem !== undefined && <Failure problem={problem} retry={refresh} />}
      {value !== undefined && (
        <>
          {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
          {value.status.reason !== undefined && (
            <p class="notice notice-bad">
              <Plain text={value.status.reason.message} />{' '}
              <span class="quiet-text">({value.status.reason.id})</span>
            </p>
          )}
          <div class="actions">
            {value.paused || value.status.state === 'stopped' ? (
              <Act kind="main" done="Resumed" does={() => change(false)}>
                Resume
              </Act>
            ) : (
              <Act done="Paused" does={() => change(true)}>
                Pause
              </Act>
            )}
            <span class="quiet-text small">
              {value.platform === 'salesforce'
                ? 'Paused, it keeps its place. Salesforce forgets events after 72 hours.'
                : value.platform === 'webhook'
                  ? 'Paused, it refuses what is posted to it.'
                  : 'Paused, it makes no events; none are made up for later.'}
            </span>
          </div>
          <section class="panel section" aria-labelledby="hour">
            <h2 id="hour">The last hour</h2>
            <HourChart
              minutes={minutes ?? NO_MINUTES}
              fields={
                isKept
                  ? ['received', 'delivered', 'dropped', 'failed', 'kept']
                  : ['received', 'delivered', 'dropped', 'failed']
              }
            />
          </section>
          <section class="panel section" aria-labelledby="settings">
            <h2 id="settings">Settings</h2>
            <dl class="facts">
              <dt>Platform</dt>
              <dd>{value.platform}</dd>
              <Params params={value.params} />
              {value.platform === 'webhook' && (
                <>
                  <dt>Inbound URL</dt>
                  <dd>
                    not shown here, since whoever knows it may post:{' '}
                    <code>
                      sluice events:subscriptions:info {name} -a {app}
                    </code>
                  </dd>
                </>
              )}
              <dt>Events kept</dt>
              <dd>{value.keep_last === undefined ? 'none' : `the last ${number(value.keep_last)}`}</dd>
              <dt>Made</dt>
              <dd>
                <Moment at={value.created_at} />
              </dd>
            </dl>
          </section>
          {value.feed !== undefined && (
            <section class="panel section" aria-labelledby="feed">
              <div class="title-line">
                <h2 id="feed">Feed</h2>
                <Badge weight={WEIGHTS[value.feed.state] ?? 'note'}>{value.feed.state}</Badge>
              </div>
              <dl class="facts">
                <dt>Org</dt>
                <dd>
                  <a href={href(app, 'orgs')}>{value.feed.alias ?? 'none any more'}</a>
                </dd>
                <dt>Behind</dt>
                <dd>{value.feed.lag_ms === undefined ? 'not known' : duration(value.feed.lag_ms)}</dd>
                <dt>Cursor age</dt>
                <dd>
                  {value.feed.cursor_age_ms === undefined
                    ? 'no cursor yet'
                    : duration(value.feed.cursor_age_ms)}
                </dd>
                <dt>Accepted</dt>
                <dd>
                  {number(value.feed.accepted_last_hour)} in the last hour,{' '}
                  {number(value.feed.accepted_last_day)} in the last day
                </dd>
                <dt>Possible gaps</dt>
                <dd>{number(value.feed.gaps.length)}</dd>
              </dl>
            </section>
          )}
          <section class="panel section" aria-labelledby="targets">
            <h2 id="targets">Where its events go</h2>
            {value.targets.length === 0 ? (
              <p>Nowhere: no stream begins here.</p>
            ) : (
              <ul class="rows">
                {value.targets.map((target) => (
                  <li key={target.id}>
                    <a href={href(app, 'streams', [name, target.name])}>
                      <Plain text={name} /> → <Plain text={target.name} />
                    </a>
                    {target.filter === null && <span class="quiet-text"> everything passes</span>}
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

const NO_MINUTES: [] = [];
