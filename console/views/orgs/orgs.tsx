import { request, tenantPath } from '../../api/client.ts';
import type { Allocation, Authorization, Feed, Status } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Act } from '../../parts/act.tsx';
import { Badge, type Weight } from '../../parts/badge.tsx';
import { counted, duration, number } from '../../parts/format.ts';
import { Ago, Moment } from '../../parts/moment.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Scroll } from '../../parts/scroll.tsx';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';

type Limit = Allocation['limits'][number];

/** Authorizations rarely change, and allocations are read every ten minutes. */
const REFRESH_MS = 15_000;

/**
 * The app's Salesforce orgs: whether we are authorized, how many events we may still read, and how far we have read.
 */
export function Orgs({ app }: ViewProps) {
  const { value, problem, readAt, refresh } = usePolled<Status>(tenantPath(app, ['status']), REFRESH_MS);
  return (
    <>
      <h1>Orgs</h1>
      {value === undefined ? (
        problem === undefined ? (
          <Loading what="the orgs" rows={20} />
        ) : (
          <Failure problem={problem} retry={refresh} />
        )
      ) : (
        <>
          {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
          {value.authorizations.length === 0 && (
            <Empty title="No org is authorized">
              <p>Let the app act in one. A browser opens for the login:</p>
              <pre class="command">sluice events:authorizations:salesforce:create my-org -a {app}</pre>
            </Empty>
          )}
          {value.authorizations.map((authorization) => (
            <Org
              key={authorization.id}
              app={app}
              authorization={authorization}
              allocation={value.allocations.find(({ alias }) => alias === authorization.alias)}
              feeds={value.feeds.filter(({ alias }) => alias === authorization.alias)}
              refresh={refresh}
            />
          ))}
          <Orphans app={app} feeds={value.feeds.filter(({ alias }) => alias === undefined)} />
        </>
      )}
    </>
  );
}

const STATUS_WEIGHTS: Readonly<Record<string, Weight>> = {
  active: 'good',
  failing: 'warn',
  pending: 'warn',
  dead: 'bad',
};
const STATUS_WORDS: Readonly<Record<string, string>> = {
  active: 'It works.',
  failing: 'The last renewal failed. It is tried again by itself; if it stays so, do what the reason says.',
  pending: 'Nobody has logged in yet.',
  dead: 'Salesforce does not accept it any more. Only a person can mend it: authorize the org again under the same alias. Subscriptions and their places stay, and Salesforce keeps events for 72 hours.',
};

function Org(props: {
  readonly app: string;
  readonly authorization: Authorization;
  readonly allocation: Allocation | undefined;
  readonly feeds: readonly Feed[];
  readonly refresh: () => void;
}) {
  const { app, authorization, allocation, feeds, refresh } = props;
  const { alias, status, reason, params, flow, username, org_id, refreshed_at, extra } = authorization;
  const id = `org-${authorization.id}`;
  return (
    <section class="panel section" aria-labelledby={id}>
      <div class="title-line">
        <h2 id={id}>
          <Plain text={alias} />
        </h2>
        <Badge weight={STATUS_WEIGHTS[status] ?? 'note'}>{status}</Badge>
      </div>
      <p>{STATUS_WORDS[status] ?? ''}</p>
      {reason !== undefined && (
        <p class={`notice ${status === 'dead' ? 'notice-bad' : 'notice-warn'}`}>
          <Plain text={reason.message} /> <span class="quiet-text">({reason.id}, </span>
          <Ago at={reason.at} />
          <span class="quiet-text">)</span>
        </p>
      )}
      {status !== 'active' && (
        <WayBack app={app} alias={alias} flow={flow} loginAt={extra?.redirect_uri} refresh={refresh} />
      )}
      <dl class="facts">
        <dt>Instance</dt>
        <dd>{params.url === null ? 'known after the first login' : <Plain text={params.url} />}</dd>
        <dt>Org id</dt>
        <dd class="fixed">{org_id ?? 'not known yet'}</dd>
        <dt>Login</dt>
        <dd>
          flow {flow}
          {username !== undefined && (
            <>
              , user <Plain text={username} />
            </>
          )}
        </dd>
        {refreshed_at !== undefined && (
          <>
            <dt>Renewed</dt>
            <dd>
              <Moment at={refreshed_at} />
            </dd>
          </>
        )}
      </dl>
      <Allocations allocation={allocation} />
      <h3>Feeds</h3>
      {feeds.length === 0 ? (
        <p class="quiet-text">No subscription reads a topic of this org.</p>
      ) : (
        <Feeds app={app} feeds={feeds} name={`Feeds of ${alias}`} />
      )}
    </section>
  );
}

/** What to do when the authorization does not work. Only a browser login can start here: the other flows need a secret. */
function WayBack(props: {
  readonly app: string;
  readonly alias: string;
  readonly flow: string;
  readonly loginAt: string | undefined;
  readonly refresh: () => void;
}) {
  const { app, alias, flow, loginAt, refresh } = props;
  if (loginAt !== undefined && /^https?:/.test(loginAt)) {
    return (
      <p class="actions">
        <a class="button" href={loginAt} target="_blank" rel="noopener noreferrer">
          Log in to Salesforce
        </a>
        <span class="quiet-text">opens in another tab; this page notices when it is done</span>
      </p>
    );
  }
  if (flow === 'web') {
    return (
      <Act
        kind="main"
        done="The link to log in appears here"
        does={async () => {
          await request(tenantPath(app, ['authorizations', alias]), {
            method: 'PATCH',
            body: { flow: 'web' },
          });
          refresh();
        }}
      >
        Authorize again
      </Act>
    );
  }
  return (
    <div class="section">
      <p>Give it the credentials that are right now; what is not named stays as it is:</p>
      <pre class="command">
        sluice events:authorizations:salesforce:update {alias}{' '}
        {flow === 'jwt'
          ? '--key-file FILE'
          : flow === 'sfdx-url'
            ? '--sfdx-url-file FILE'
            : '--client-secret-file FILE'}{' '}
        -a {app}
      </pre>
    </div>
  );
}

function Allocations({ allocation }: { readonly allocation: Allocation | undefined }) {
  if (allocation === undefined || allocation.limits.length === 0) {
    return (
      <>
        <h3>Allocation</h3>
        <p class="quiet-text">
          Not read yet. Salesforce is asked every ten minutes while the authorization works.
        </p>
      </>
    );
  }
  return (
    <>
      <div class="title-line">
        <h3>Allocation</h3>
        {allocation.read_at !== undefined && (
          <span class="quiet-text small">
            read <Ago at={allocation.read_at} />
          </span>
        )}
      </div>
      <ul class="allocations">
        {allocation.limits.map((limit) => (
          <li key={limit.name}>
            <AllocationBar limit={limit} />
          </li>
        ))}
      </ul>
      <p class="quiet-text small">
        Our part: {counted(allocation.delivered_last_day, 'event')} received in the last day,{' '}
        {number(allocation.published_this_hour)} published this hour. Other clients of the org use the same
        allocation.
      </p>
    </>
  );
}

function AllocationBar({ limit }: { readonly limit: Limit }) {
  const { name, max, remaining, used_percent } = limit;
  const weight = used_percent >= 95 ? 'bad' : used_percent >= 80 ? 'warn' : 'good';
  return (
    <div class="allocation">
      <p class="title-line">
        <span>{wordsOf(name)}</span>
        <span class="number">
          {number(max - remaining)} of {number(max)} <strong>({used_percent} %)</strong>
        </span>
      </p>
      <svg class={`meter meter-${weight}`} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect width={Math.max(0, Math.min(100, used_percent))} height="1" />
      </svg>
      <Forecast limit={limit} />
    </div>
  );
}

/** At our own pace: nobody tells us that of the org's other clients. */
function Forecast({ limit: { name, remaining, runs_out_at } }: { readonly limit: Limit }) {
  if (remaining <= 0) {
    return <p class="small is-bad">It is used up: Salesforce gives no more until some of it comes free.</p>;
  }
  if (runs_out_at !== undefined) {
    return (
      <p class="small is-bad">
        At the pace of the last hour it is used up <Moment at={runs_out_at} />, or earlier by other clients.
      </p>
    );
  }
  if (!name.startsWith('DailyDelivered')) return null;
  return <p class="small quiet-text">At the pace of the last hour it lasts for the day ahead.</p>;
}

/** `DailyDeliveredPlatformEvents` → `Daily delivered platform events`. */
function wordsOf(name: string): string {
  const words = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const FEED_WEIGHTS: Readonly<Record<string, Weight>> = {
  active: 'good',
  starting: 'note',
  paused: 'note',
  waiting: 'warn',
  stopped: 'bad',
};
/** Salesforce forgets events after 72 hours. */
const CURSOR_AGE_BAD_MS = 48 * 3_600_000;

function Feeds({ app, feeds, name }: { app: string; feeds: readonly Feed[]; name: string }) {
  return (
    <>
      <Scroll name={name}>
        <table>
          <thead>
            <tr>
              <th>Topic</th>
              <th>State</th>
              <th class="number">Behind</th>
              <th class="number">Last hour</th>
              <th class="number">Last day</th>
              <th class="number">Cursor age</th>
              <th class="number">Possible gaps</th>
            </tr>
          </thead>
          <tbody>
            {feeds.map((feed) => (
              <tr key={feed.id}>
                <td>
                  <Plain text={feed.topic} />
                  <br />
                  <span class="small quiet-text">
                    for{' '}
                    {feed.subscriptions.map((subscription, index) => (
                      <span key={subscription}>
                        {index > 0 && ', '}
                        <a href={href(app, 'subscriptions', [subscription])}>
                          <Plain text={subscription} />
                        </a>
                      </span>
                    ))}
                  </span>
                </td>
                <td>
                  <Badge weight={FEED_WEIGHTS[feed.state] ?? 'note'}>{feed.state}</Badge>
                </td>
                <td class="number">{feed.lag_ms === undefined ? '–' : duration(feed.lag_ms)}</td>
                <td class="number">{number(feed.accepted_last_hour)}</td>
                <td class="number">{number(feed.accepted_last_day)}</td>
                <td class={`number ${(feed.cursor_age_ms ?? 0) > CURSOR_AGE_BAD_MS ? 'is-bad' : ''}`}>
                  {feed.cursor_age_ms === undefined ? '–' : duration(feed.cursor_age_ms)}
                </td>
                <td class={`number ${feed.gaps.length > 0 ? 'is-bad' : ''}`}>{number(feed.gaps.length)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {feeds
        .filter(({ reason, gaps, state }) => reason !== undefined || gaps.length > 0 || state === 'stopped')
        .map((feed) => (
          <FeedTroubles key={feed.id} app={app} feed={feed} />
        ))}
    </>
  );
}

function FeedTroubles({ app, feed }: { readonly app: string; readonly feed: Feed }) {
  const [subscription] = feed.subscriptions;
  return (
    <div class="section notice">
      <p>
        <strong>
          <Plain text={feed.topic} />
        </strong>
      </p>
      {feed.reason !== undefined && (
        <p>
          <Plain text={feed.reason.message} /> <span class="quiet-text">({feed.reason.id})</span>
          {feed.not_before !== undefined && (
            <>
              {' '}
              The next attempt is <Ago at={feed.not_before} />.
            </>
          )}
        </p>
      )}
      {feed.state === 'stopped' && subscription !== undefined && (
        <p>
          When that is mended, resume <a href={href(app, 'subscriptions', [subscription])}>{subscription}</a>:
          it goes on where it stopped.
        </p>
      )}
      {feed.gaps.length > 0 && (
        <ul class="rows">
          {feed.gaps.toReversed().map(({ at, cursor_at, message }) => (
            <li key={at}>
              Possible gap between <Moment at={cursor_at} /> and <Moment at={at} />. <Plain text={message} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Their authorization was removed. */
function Orphans({ app, feeds }: { readonly app: string; readonly feeds: readonly Feed[] }) {
  if (feeds.length === 0) return null;
  return (
    <section class="panel section" aria-labelledby="orphans">
      <h2 id="orphans">Feeds without an authorization</h2>
      <p>Their authorization was removed. They read again once there is one with the same alias.</p>
      <Feeds app={app} feeds={feeds} name="Table of feeds without an authorization" />
    </section>
  );
}
