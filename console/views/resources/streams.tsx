import { request, tenantPath } from '../../api/client.ts';
import type { Stream } from '../../api/objects.ts';
import { usePolled } from '../../api/polled.ts';
import { Act } from '../../parts/act.tsx';
import { number, percent } from '../../parts/format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Scroll } from '../../parts/scroll.tsx';
import { SourceText } from '../../parts/source-text.tsx';
import { Empty, Failure, Loading, Stale } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { sumOf } from '../flow/minutes.ts';
import { useFlow } from '../flow/use-flow.ts';
import { HourChart } from './chart.tsx';

const REFRESH_MS = 10_000;

/** All streams, or the one between a subscription and a publication. */
export function Streams({ app, route }: ViewProps) {
  const [source, target] = route.segments;
  return source === undefined || target === undefined ? (
    <List app={app} />
  ) : (
    <Detail key={`${source} ${target}`} app={app} source={source} target={target} />
  );
}

function List({ app }: { readonly app: string }) {
  const { value, problem, readAt, refresh } = usePolled<Stream[]>(tenantPath(app, ['streams']), REFRESH_MS);
  const flow = useFlow(app);
  return (
    <>
      <h1>Streams</h1>
      {value === undefined && problem === undefined && <Loading what="the streams" rows={16} />}
      {value === undefined && problem !== undefined && <Failure problem={problem} retry={refresh} />}
      {value !== undefined && problem !== undefined && <Stale problem={problem} readAt={readAt} />}
      {value?.length === 0 && (
        <Empty title="Nothing is linked yet">
          <p>A stream leads the events of a subscription to a publication:</p>
          <pre class="command">sluice events:streams:create SUBSCRIPTION PUBLICATION -a {app}</pre>
        </Empty>
      )}
      {value !== undefined && value.length > 0 && (
        <Scroll name="Streams">
          <table>
            <thead>
              <tr>
                <th>Stream</th>
                <th>Filter</th>
                <th class="number">Came in the last hour</th>
                <th class="number">Dropped</th>
              </tr>
            </thead>
            <tbody>
              {value.map(({ source, target, filter }) => {
                const minutes = flow.value?.streams.find(
                  (each) => each.source.id === source.id && each.target.id === target.id,
                )?.minutes;
                const sum = minutes === undefined ? undefined : sumOf(minutes);
                return (
                  <tr key={`${source.id} ${target.id}`}>
                    <td>
                      <a href={href(app, 'streams', [source.name, target.name])}>
                        <Plain text={source.name} /> → <Plain text={target.name} />
                      </a>
                    </td>
                    <td class="wide fixed small">
                      {filter === null ? 'everything passes' : <Plain text={filter.slice(0, 200)} />}
                    </td>
                    <td class="number">{sum === undefined ? '…' : number(sum.received)}</td>
                    <td class="number">{sum === undefined ? '…' : percent(sum.dropped, sum.received)}</td>
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

function Detail(props: { readonly app: string; readonly source: string; readonly target: string }) {
  const { app, source, target } = props;
  const path = tenantPath(app, ['streams', source, target]);
  const { value, problem, readAt, refresh } = usePolled<Stream>(path, REFRESH_MS);
  const flow = useFlow(app);
  const minutes = flow.value?.streams.find(
    (each) => each.source.id === value?.source.id && each.target.id === value?.target.id,
  )?.minutes;
  const isKept = sumOf(minutes ?? NO_MINUTES).kept > 0;
  const traces = value?.trace_drops === true;
  return (
    <>
      <p class="small">
        <a href={href(app, 'streams')}>All streams</a>
      </p>
      <h1>
        <Plain text={source} /> → <Plain text={target} />
      </h1>
      {value === undefined && problem === undefined && <Loading what="the stream" rows={24} />}
      {value === undefined && problem !== undefined && <Failure problem={problem} retry={refresh} />}
      {value !== undefined && (
        <>
          {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
          <section class="panel section" aria-labelledby="filter">
            <div class="title-line">
              <h2 id="filter">Filter</h2>
              <a class="button" href={href(app, 'workbench', [], { source, target })}>
                Open in the workbench
              </a>
            </div>
            {value.filter === null ? (
              <p>None: every event passes as it is.</p>
            ) : (
              <SourceText text={value.filter} />
            )}
          </section>
          <section class="panel section" aria-labelledby="hour">
            <h2 id="hour">The last hour</h2>
            <HourChart
              minutes={minutes ?? NO_MINUTES}
              fields={
                isKept
                  ? ['received', 'dropped', 'delivered', 'failed', 'kept']
                  : ['received', 'dropped', 'delivered', 'failed']
              }
            />
          </section>
          <section class="panel section" aria-labelledby="settings">
            <h2 id="settings">Settings</h2>
            <dl class="facts">
              <dt>From</dt>
              <dd>
                <a href={href(app, 'subscriptions', [source])}>
                  <Plain text={source} />
                </a>
              </dd>
              <dt>To</dt>
              <dd>
                <a href={href(app, 'publications', [target])}>
                  <Plain text={target} />
                </a>
              </dd>
              <dt>Order</dt>
              <dd>
                {value.ordered === true ? (
                  <>
                    kept for each key
                    {value.key !== undefined && value.key !== null && (
                      <>
                        : <code>{<Plain text={value.key} />}</code>
                      </>
                    )}
                  </>
                ) : (
                  'none'
                )}
              </dd>
              <dt>Drops</dt>
              <dd>
                {traces
                  ? 'each is recorded, and in the event’s story'
                  : 'counted by the minute, not recorded one by one'}{' '}
                <Act
                  key={String(traces)}
                  does={async () => {
                    await request(path, { method: 'PATCH', body: { trace_drops: !traces } });
                    refresh();
                  }}
                >
                  {traces ? 'Only count them' : 'Record each'}
                </Act>
              </dd>
              <dt>Made</dt>
              <dd>
                <Moment at={value.created_at} />
              </dd>
            </dl>
          </section>
        </>
      )}
    </>
  );
}

const NO_MINUTES: [] = [];
