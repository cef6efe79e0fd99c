import { request, tenantPath } from '../../api/client.ts';
import type { Flow as FlowAnswer } from '../../api/objects.ts';
import { Act } from '../../parts/act.tsx';
import { Badge } from '../../parts/badge.tsx';
import { counted, shortNumber } from '../../parts/format.ts';
import { Plain } from '../../parts/plain.tsx';
import { Failure, Loading, Stale } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { attention, type Cause } from './attention.ts';
import { useComplaints } from './complaints.ts';
import { sumOf } from './minutes.ts';
import { Picture } from './picture.tsx';
import { useFlow } from './use-flow.ts';

/** What needs attention, and then the picture: sources, streams with their filters, and targets. */
export function Flow({ app }: ViewProps) {
  const { value, problem, readAt, refresh } = useFlow(app);
  const { complaints, problem: reasonsProblem } = useComplaints(app, value);
  return (
    <>
      <h1>Flow</h1>
      {value === undefined && problem !== undefined && <Failure problem={problem} retry={refresh} />}
      {(value === undefined || complaints === undefined) && problem === undefined && (
        <Loading what="what flows" rows={24} />
      )}
      {value !== undefined && complaints !== undefined && (
        <>
          {problem !== undefined && <Stale problem={problem} readAt={readAt} />}
          <Attention
            app={app}
            causes={attention(app, value, complaints, Date.now())}
            isComplete={value.complete && reasonsProblem === undefined}
            refresh={refresh}
          />
          <LastHour flow={value} />
          <Picture app={app} flow={value} />
        </>
      )}
    </>
  );
}

function Attention(props: {
  readonly app: string;
  readonly causes: readonly Cause[];
  /** Whether everything that could report a problem was read. */
  readonly isComplete: boolean;
  readonly refresh: () => void;
}) {
  const { app, causes, isComplete, refresh } = props;
  return (
    <section class="section" aria-labelledby="attention">
      <div class="title-line">
        <h2 id="attention">What needs attention</h2>
        <p role="status" class="quiet-text">
          {causes.length === 0 ? 'Nothing' : counted(causes.length, 'thing')}
        </p>
      </div>
      {!isComplete && (
        <p class="notice notice-warn">
          Some of what would be said here could not be read just now, so there may be more.
        </p>
      )}
      {causes.length === 0 ? (
        <p class="panel all-well">
          <Badge weight="good">Well</Badge> Events that came in the last hour were delivered, kept to be
          pulled, or dropped by a filter that lets others pass.
        </p>
      ) : (
        <ul class="causes">
          {causes.map((cause) => (
            <li key={cause.id} class={`panel cause cause-${cause.weight}`}>
              <CauseText app={app} cause={cause} refresh={refresh} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const WEIGHT_WORDS = { bad: 'Broken', warn: 'Check', note: 'Note' } as const;

function CauseText({ app, cause, refresh }: { app: string; cause: Cause; refresh: () => void }) {
  const { resumes, words, command } = cause;
  return (
    <>
      <h3 class="cause-title">
        <Badge weight={cause.weight}>{WEIGHT_WORDS[cause.weight]}</Badge> <Plain text={cause.title} />
      </h3>
      <p>
        <Plain text={cause.seen} />
      </p>
      {words !== undefined && (
        <blockquote class="words">
          <Plain text={words} />
        </blockquote>
      )}
      <p>
        <strong>What to do:</strong> <Plain text={cause.fix} />
      </p>
      {command !== undefined && (
        <pre class="command">
          <Plain text={command} />
        </pre>
      )}
      <div class="actions cause-actions">
        {resumes !== undefined && (
          <Act
            does={async () => {
              await request(tenantPath(app, [resumes.kind, resumes.name]), {
                method: 'PATCH',
                body: { paused: false },
              });
              refresh();
            }}
            done="Resumed"
          >
            Resume
          </Act>
        )}
        {cause.links.map(({ text, view, segments, query }) => (
          <a key={text} href={href(app, view, segments, query)}>
            <Plain text={text} />
          </a>
        ))}
      </div>
    </>
  );
}

function LastHour({ flow }: { readonly flow: FlowAnswer }) {
  const targets = flow.publications.map(({ minutes }) => sumOf(minutes));
  const received =
    sum(flow.subscriptions.map(({ minutes }) => sumOf(minutes).received)) +
    sum(flow.publications.map(({ direct }) => sumOf(direct).received));
  const kept = sum(targets.map((each) => each.kept));
  const waiting = sum(flow.publications.map(({ deliveries }) => deliveries.waiting));
  const parked = sum(flow.publications.map(({ deliveries }) => deliveries.parked));
  const given = sum(flow.publications.map(({ deliveries }) => deliveries.rejected + deliveries.exhausted));
  return (
    <section class="section" aria-labelledby="last-hour">
      <h2 id="last-hour">The last hour</h2>
      <dl class="figures">
        <Figure name="received" value={received} />
        <Figure
          name="dropped by filters"
          value={sum(flow.streams.map(({ minutes }) => sumOf(minutes).dropped))}
        />
        <Figure name="delivered" value={sum(targets.map(({ delivered }) => delivered))} />
        {kept > 0 && <Figure name="kept to be pulled" value={kept} />}
        <Figure name="failed attempts" value={sum(targets.map(({ failed }) => failed))} isBad />
        <Figure name="wait for a retry now" value={waiting} />
        <Figure name="parked now" value={parked} />
        <Figure name="ended undelivered" value={given} isBad />
      </dl>
    </section>
  );
}

function Figure({ name, value, isBad = false }: { name: string; value: number; isBad?: boolean }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd class={isBad && value > 0 ? 'is-bad' : undefined}>{shortNumber(value)}</dd>
    </div>
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
