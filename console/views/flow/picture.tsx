import type { ComponentChildren } from 'preact';
import type { Flow } from '../../api/objects.ts';
import { Badge, type Weight } from '../../parts/badge.tsx';
import { counted, duration, percent, shortNumber } from '../../parts/format.ts';
import { Plain, plainText } from '../../parts/plain.tsx';
import { Empty } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import { APPS, type Edge, type Layout, layOut, type MiddleNode, type Placed } from './layout.ts';
import { type CountField, everyMinute, type Minutes, ratePerMinute, sumOf } from './minutes.ts';

/** Three columns, connected by lines that move as events do; on a narrow screen, three lists. */
export function Picture({ app, flow }: { readonly app: string; readonly flow: Flow }) {
  if (flow.subscriptions.length === 0 && flow.publications.length === 0) {
    return (
      <Empty title="Nothing flows yet">
        <p>Make a place for events to go, and something that brings some:</p>
        <pre class="command">
          {`sluice events:publications:webhook:create receiver -u https://example.com/webhooks -a ${app}
sluice events:generate clock -i 1m -m 'root.at = now()' --target receiver -a ${app}`}
        </pre>
      </Empty>
    );
  }
  const layout = layOut(flow);
  const style = { '--rows': layout.rows };
  return (
    <section class="section" aria-labelledby="picture">
      <h2 id="picture">From where to where</h2>
      <div class="picture" style={style}>
        <Column title="Sources" list={href(app, 'subscriptions')} listTitle="All subscriptions">
          {layout.sources.map(({ node, row }) => (
            <li key={node === APPS ? APPS : node.id} class="place" style={{ '--row': row }}>
              {node === APPS ? <AppsNode flow={flow} /> : <SourceNode app={app} source={node} />}
            </li>
          ))}
        </Column>
        <Gutter layout={layout} edges={layout.left} />
        <Column title="Streams" list={href(app, 'streams')} listTitle="All streams">
          {layout.middle.map((placed) => (
            <li key={placed.node.id} class="place" style={{ '--row': placed.row }}>
              <StreamNode app={app} flow={flow} placed={placed} />
            </li>
          ))}
        </Column>
        <Gutter layout={layout} edges={layout.right} />
        <Column title="Targets" list={href(app, 'publications')} listTitle="All publications">
          {layout.targets.map(({ node, row }) => (
            <li key={node.id} class="place" style={{ '--row': row }}>
              <TargetNode app={app} target={node} />
            </li>
          ))}
        </Column>
      </div>
      {layout.hidden > 0 && (
        <p class="quiet-text">
          {counted(layout.hidden, 'more stream')} {layout.hidden === 1 ? 'is' : 'are'} not drawn:{' '}
          <a href={href(app, 'streams')}>all streams</a>.
        </p>
      )}
    </section>
  );
}

function Column(props: {
  readonly title: string;
  readonly list: string;
  readonly listTitle: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="column">
      <h3 class="column-title">
        {props.title}{' '}
        <a class="quiet small" href={props.list}>
          {props.listTitle}
        </a>
      </h3>
      <ul class="places">{props.children}</ul>
    </div>
  );
}

/** Repeats only what the nodes say. */
function Gutter({ layout, edges }: { readonly layout: Layout; readonly edges: readonly Edge[] }) {
  return (
    <svg class="gutter" viewBox={`0 0 100 ${layout.rows * 10}`} preserveAspectRatio="none" aria-hidden="true">
      {edges.map(({ from, to, perMinute, isFailing }) => (
        <path
          key={`${from} ${to}`}
          class={`edge ${speedOf(perMinute)}${isFailing ? ' edge-failing' : ''}`}
          d={`M0 ${from * 10}C50 ${from * 10} 50 ${to * 10} 100 ${to * 10}`}
        />
      ))}
    </svg>
  );
}

function speedOf(perMinute: number): string {
  if (perMinute === 0) return 'edge-still';
  if (perMinute < 10) return 'edge-slow';
  return perMinute < 300 ? 'edge-brisk' : 'edge-fast';
}

type Source = Flow['subscriptions'][number];
type Target = Flow['publications'][number];

function SourceNode({ app, source }: { readonly app: string; readonly source: Source }) {
  const { name, platform, topic, minutes } = source;
  const rate = ratePerMinute(minutes, 'received', Date.now());
  return (
    <a class="node" href={href(app, 'subscriptions', [name])}>
      <NodeTitle text={name} state={sourceState(source)} />
      <span class="node-line quiet-text small" title={plainText(topic ?? platform)}>
        <Plain text={topic ?? platform} />
      </span>
      <Numbers minutes={minutes} field="received">
        {perMinuteText(rate)}
        {source.feed?.lag_ms !== undefined && source.feed.lag_ms >= 1_000 && (
          <> · {duration(source.feed.lag_ms)} behind</>
        )}
      </Numbers>
    </a>
  );
}

function AppsNode({ flow }: { readonly flow: Flow }) {
  const minutes = flow.publications.flatMap(({ direct }) => direct);
  return (
    <div class="node">
      <NodeTitle text="Apps" state={undefined} />
      <span class="node-line quiet-text small">that publish directly</span>
      <Numbers minutes={minutes} field="received">
        {perMinuteText(ratePerMinute(minutes, 'received', Date.now()))}
      </Numbers>
    </div>
  );
}

function StreamNode(props: {
  readonly app: string;
  readonly flow: Flow;
  readonly placed: Placed<MiddleNode>;
}) {
  const { app, flow, placed } = props;
  const { stream, targetId, minutes } = placed.node;
  if (stream === undefined) {
    const target = flow.publications.find(({ id }) => id === targetId)?.name ?? '';
    return (
      <div class="node node-plain">
        <span class="node-line">
          Apps → <Plain text={target} />
        </span>
        <span class="node-line quiet-text small">no filter between</span>
        <Numbers minutes={minutes} field="received">
          {shortNumber(sumOf(minutes).received)} in the hour
        </Numbers>
      </div>
    );
  }
  const { source, target, filter } = stream;
  const { received, dropped } = sumOf(minutes);
  return (
    <a class="node" href={href(app, 'streams', [source.name, target.name])}>
      <span class="node-line" title={plainText(`${source.name} → ${target.name}`)}>
        <Plain text={source.name} /> → <Plain text={target.name} />
      </span>
      {filter === null ? (
        <span class="node-line quiet-text small">everything passes</span>
      ) : (
        <span class="node-line fixed small" title={plainText(filter)}>
          <Plain text={filter.replaceAll(/\s+/g, ' ').slice(0, 120)} />
        </span>
      )}
      <Numbers minutes={minutes} field="received">
        {shortNumber(received)} in the hour
        {filter !== null && received > 0 && <> · {percent(dropped, received)} dropped</>}
      </Numbers>
    </a>
  );
}

function TargetNode({ app, target }: { readonly app: string; readonly target: Target }) {
  const { name, platform, minutes, deliveries } = target;
  const { failed, lagMs } = sumOf(minutes);
  // Nothing is sent: the app pulls.
  const field = platform === 'pull' ? 'kept' : 'delivered';
  const given = deliveries.rejected + deliveries.exhausted;
  const undone = [
    failed > 0 ? `${shortNumber(failed)} failed` : '',
    deliveries.waiting > 0 ? `${shortNumber(deliveries.waiting)} wait` : '',
    deliveries.parked > 0 ? `${shortNumber(deliveries.parked)} parked` : '',
    given > 0 ? `${shortNumber(given)} undelivered` : '',
    deliveries.available > 0 ? `${shortNumber(deliveries.available)} to pull` : '',
  ].filter((text) => text !== '');
  return (
    <a class="node" href={href(app, 'publications', [name])}>
      <NodeTitle text={name} state={targetState(target)} />
      <span class="node-line small quiet-text">
        {undone.length > 0 ? (
          <span class={failed + given > 0 ? 'is-bad' : undefined}>{undone.join(' · ')}</span>
        ) : (
          <Plain text={platform} />
        )}
      </span>
      <Numbers minutes={minutes} field={field}>
        {perMinuteText(ratePerMinute(minutes, field, Date.now()))}
        {field === 'kept' && ' kept'}
        {lagMs !== undefined && <> · within {duration(lagMs)}</>}
      </Numbers>
    </a>
  );
}

interface NodeState {
  readonly weight: Weight;
  readonly text: string;
}

function sourceState({ paused, reason, authorization, feed }: Source): NodeState | undefined {
  if (paused) return { weight: 'note', text: 'paused' };
  if (authorization !== undefined && authorization.status !== 'active') {
    return { weight: 'bad', text: `org ${authorization.status}` };
  }
  if (reason !== undefined) return { weight: 'bad', text: 'fails' };
  if (feed === undefined || feed.state === 'active') return undefined;
  return { weight: feed.state === 'stopped' ? 'bad' : 'warn', text: feed.state };
}

function targetState({ state, breaker }: Target): NodeState | undefined {
  if (state === 'paused') return { weight: 'warn', text: 'paused' };
  if (state !== 'active') return { weight: 'bad', text: state };
  if (breaker === undefined || breaker.state === 'closed') return undefined;
  return { weight: 'bad', text: `breaker ${breaker.state}` };
}

function NodeTitle({ text, state }: { readonly text: string; readonly state: NodeState | undefined }) {
  return (
    <span class="node-title">
      <span class="node-name" title={plainText(text)}>
        <Plain text={text} />
      </span>
      {state !== undefined && <Badge weight={state.weight}>{state.text}</Badge>}
    </span>
  );
}

function Numbers(props: {
  readonly minutes: Minutes;
  readonly field: CountField;
  readonly children: ComponentChildren;
}) {
  return (
    <span class="node-numbers small">
      <span class="node-line">{props.children}</span>
      <Spark values={everyMinute(props.minutes, props.field, Date.now())} />
    </span>
  );
}

/** The last hour, a bar per minute. The numbers beside it say the same. */
function Spark({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const bars = values
    .map((value, index) =>
      value === 0 ? '' : `M${index + 0.5} 16v-${Math.max(1, (value / most) * 15).toFixed(1)}`,
    )
    .join('');
  return (
    <svg class="spark" viewBox="0 0 60 16" preserveAspectRatio="none" aria-hidden="true">
      <path class="spark-ground" d="M0 15.5h60" />
      <path class="spark-bars" d={bars} />
    </svg>
  );
}

function perMinuteText(rate: number): string {
  if (rate === 0) return 'none now';
  return `${rate < 10 ? rate.toFixed(1).replace(/\.0$/, '') : shortNumber(Math.round(rate))} a minute`;
}
