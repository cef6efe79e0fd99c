// What needs attention, from what the service reports: each cause once, in plain words, with what to do about it. The code is pure, so
// that the words can be tested without a browser.
import type { Flow } from '../../api/objects.ts';
import { counted, duration, number, percent } from '../../parts/format.ts';
import type { Complaint } from './complaints.ts';
import { sumOf } from './minutes.ts';

export interface Cause {
  /** Stays the same for the same cause from one read to the next. */
  readonly id: string;
  /** bad: events do not arrive; warn: what arrives may not be what is wanted; note: somebody chose it. */
  readonly weight: 'bad' | 'warn' | 'note';
  readonly title: string;
  /** What was observed, with its numbers. */
  readonly seen: string;
  /** The service's own words, or the receiver's. */
  readonly words?: string | undefined;
  readonly fix: string;
  /** A command to copy into a terminal. */
  readonly command?: string | undefined;
  readonly links: readonly CauseLink[];
  readonly resumes?: { readonly kind: 'publications' | 'subscriptions'; readonly name: string } | undefined;
}

/** By the parts of an address in the console. */
export interface CauseLink {
  readonly text: string;
  readonly view: string;
  readonly segments?: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
}

/** Fewer events do not allow a judgement of a filter. */
const EVENTS_TO_JUDGE = 10;
const DROPS_NEARLY_ALL = 0.9;
const LAG_MS_MAX = 10 * 60_000;
/** An older failure that is not tried again is a leftover: it says nothing about the present. */
const RECENT_MS = 60 * 60_000;
const WEIGHTS = ['bad', 'warn', 'note'];

/** The worst first. */
export function attention(
  app: string,
  flow: Flow,
  complaints: readonly Complaint[],
  nowMs: number,
): readonly Cause[] {
  const causes = [
    ...authorizationCauses(app, flow),
    ...subscriptionCauses(app, flow),
    ...publicationCauses(app, flow, complaints),
    ...complaintCauses(app, flow, complaints, nowMs),
    ...streamCauses(app, flow),
  ];
  return causes.sort((one, other) => WEIGHTS.indexOf(one.weight) - WEIGHTS.indexOf(other.weight));
}

function authorizationCauses(app: string, { subscriptions }: Flow): Cause[] {
  const readers = Map.groupBy(
    subscriptions.filter(({ authorization }) => authorization !== undefined),
    ({ authorization }) => authorization?.alias ?? '',
  );
  return [...readers].flatMap(([alias, ofAlias]): Cause[] => {
    const authorization = ofAlias[0]?.authorization;
    if (authorization === undefined || authorization.status === 'active') return [];
    const { status, reason } = authorization;
    return [
      {
        id: `authorization ${alias}`,
        weight: status === 'failing' ? 'warn' : 'bad',
        title: AUTHORIZATION_TITLES[status]?.(alias) ?? `The authorization ${alias} is ${status}`,
        seen: `${listOf(ofAlias.map(({ name }) => name))} ${ofAlias.length === 1 ? 'gets' : 'get'} no events from this org${status === 'failing' ? ' until it works again' : ''}.`,
        words: reason,
        fix: AUTHORIZATION_FIXES[status] ?? 'Look at the authorization.',
        command:
          status === 'pending'
            ? `sluice events:authorizations:info ${alias} -a ${app}`
            : `sluice events:authorizations:salesforce:update ${alias} -a ${app}`,
        links: [{ text: `Org ${alias}`, view: 'orgs' }],
      },
    ];
  });
}

const AUTHORIZATION_TITLES: Readonly<Record<string, (alias: string) => string>> = {
  dead: (alias) => `The authorization of the org ${alias} was revoked or has expired`,
  failing: (alias) => `The authorization of the org ${alias} could not be renewed`,
  pending: (alias) => `Nobody has logged in to the org ${alias} yet`,
};
const AUTHORIZATION_FIXES: Readonly<Record<string, string>> = {
  dead: 'Authorize the org again under the same alias: subscriptions and their places stay, and Salesforce keeps events for 72 hours.',
  failing: 'It is tried again by itself. If it stays so, authorize the org again under the same alias.',
  pending: 'Open the login address of the authorization, log in, and choose Allow.',
};

function subscriptionCauses(app: string, flow: Flow): Cause[] {
  return flow.subscriptions.flatMap((subscription): Cause[] => {
    const { name, paused, reason, feed, authorization } = subscription;
    const links = [{ text: `Subscription ${name}`, view: 'subscriptions', segments: [name] }];
    if (paused) {
      return [
        {
          id: `subscription-paused ${name}`,
          weight: 'note',
          title: `The subscription ${name} is paused`,
          seen: 'It brings no events.',
          fix: 'Resume it when it should go on.',
          command: `sluice events:subscriptions:resume ${name} -a ${app}`,
          links,
          resumes: { kind: 'subscriptions', name },
        },
      ];
    }
    const causes: Cause[] = [];
    if (reason !== undefined) {
      causes.push({
        id: `subscription-reason ${name}`,
        weight: 'bad',
        title: `The subscription ${name} cannot make events`,
        seen: 'Its mapping fails each time it runs.',
        words: reason.message,
        fix: 'Correct the mapping.',
        command: `sluice events:subscriptions:update ${name} --mapping '…' -a ${app}`,
        links,
      });
    }
    const isNamedByOrg = authorization !== undefined && authorization.status !== 'active';
    if (!isNamedByOrg && feed !== undefined && (feed.state === 'stopped' || feed.state === 'waiting')) {
      causes.push({
        id: `feed ${name}`,
        weight: feed.state === 'stopped' ? 'bad' : 'warn',
        title:
          feed.state === 'stopped'
            ? `The feed of ${name} has stopped`
            : `The feed of ${name} cannot read at the moment`,
        seen: feed.state === 'stopped' ? 'It stays so until a person acts.' : 'It is tried again by itself.',
        words: feed.reason?.message,
        fix: 'Do what the reason says, then resume the subscription: it goes on where it stopped.',
        command: `sluice events:subscriptions:resume ${name} -a ${app}`,
        links,
        ...(feed.state === 'stopped' && { resumes: { kind: 'subscriptions' as const, name } }),
      });
    }
    if (!isNamedByOrg && feed?.state === 'active' && (feed.lag_ms ?? 0) > LAG_MS_MAX) {
      causes.push({
        id: `lag ${name}`,
        weight: 'warn',
        title: `The feed of ${name} is behind`,
        seen: `Salesforce has events that are up to ${duration(feed.lag_ms ?? 0)} old and were not read yet.`,
        fix: 'It catches up by itself unless more comes than it reads. Look whether it grows.',
        links: [...links, { text: 'Orgs', view: 'orgs' }],
      });
    }
    if ((feed?.gaps ?? 0) > 0) {
      causes.push({
        id: `gaps ${name}`,
        weight: 'warn',
        title: `Events of ${name} may have been missed`,
        seen: `There ${feed?.gaps === 1 ? 'is one possible gap' : `are ${number(feed?.gaps ?? 0)} possible gaps`} in its feed.`,
        fix: 'See when that was, and read again from before it if the org still has the events (72 hours).',
        command: `sluice events:subscriptions:rewind ${name} --earliest -a ${app}`,
        links: [...links, { text: 'Orgs', view: 'orgs' }],
      });
    }
    if (!flow.streams.some(({ source }) => source.id === subscription.id)) {
      causes.push({
        id: `unlinked ${name}`,
        weight: 'warn',
        title: `The events of ${name} go nowhere`,
        seen: 'No stream leads from this subscription to a publication.',
        fix: 'Link it to one.',
        command: `sluice events:streams:create ${name} PUBLICATION -a ${app}`,
        links,
      });
    }
    return causes;
  });
}

function publicationCauses(app: string, flow: Flow, complaints: readonly Complaint[]): Cause[] {
  return flow.publications.flatMap((publication): Cause[] => {
    const { name, state, state_reason, deliveries, breaker } = publication;
    const links: CauseLink[] = [{ text: `Publication ${name}`, view: 'publications', segments: [name] }];
    const parked =
      deliveries.parked > 0 ? `${counted(deliveries.parked, 'delivery', 'deliveries')} parked.` : '';
    if (state === 'paused') {
      return [
        {
          id: `publication-paused ${name}`,
          weight: deliveries.parked > 0 ? 'warn' : 'note',
          title: `The publication ${name} is paused`,
          seen: `Nothing is sent to it. ${parked === '' ? 'What comes is parked.' : parked}`,
          fix: 'Resume it: what is parked goes out first, oldest first.',
          command: `sluice events:publications:resume ${name} -a ${app}`,
          links,
          resumes: { kind: 'publications', name },
        },
      ];
    }
    if (state === 'disabled') {
      return [
        {
          id: `publication-disabled ${name}`,
          weight: 'bad',
          title: `The publication ${name} was disabled`,
          seen: `Nothing is sent to it. ${parked}`,
          words: state_reason,
          fix: 'Put the receiver right, then enable the publication: what is parked goes out first.',
          command: `sluice events:publications:resume ${name} -a ${app}`,
          links,
          resumes: { kind: 'publications', name },
        },
      ];
    }
    if (breaker === undefined || breaker.state === 'closed') return [];
    // The deliveries' reports of the same failure are listed there, with the breaker.
    if (complaints.some((complaint) => complaint.publication === name && complaint.stage === 'send'))
      return [];
    const error = breaker.error;
    return [
      {
        id: `breaker ${name}`,
        weight: 'bad',
        title: titleOf(error?.id ?? '', name),
        seen: `Its breaker is ${breaker.state}: deliveries are parked, and one at a time is tried. ${parked}`,
        words: error?.message,
        fix: adviceOf(error?.id ?? '').fix,
        command: adviceOf(error?.id ?? '').command?.(name, app),
        links,
      },
    ];
  });
}

function complaintCauses(app: string, flow: Flow, complaints: readonly Complaint[], nowMs: number): Cause[] {
  return complaints.map((complaint): Cause => {
    const { publication, subscription, stage, errorId, message, count, lastAt, isRetried, newest } =
      complaint;
    const breaker = flow.publications.find(({ name }) => name === publication)?.breaker;
    const isOfNow = isRetried || nowMs - Date.parse(lastAt) < RECENT_MS;
    const last = `the last one ${duration(Math.max(0, nowMs - Date.parse(lastAt)))} ago`;
    const links: CauseLink[] = [
      { text: 'The newest event’s story', view: 'events', segments: [newest.eventId] },
      {
        text: 'These deliveries',
        view: 'deliveries',
        query: {
          publication,
          error: errorId,
          status: 'waiting,parked,rejected,exhausted',
          ...(subscription !== undefined && { subscription }),
        },
      },
    ];
    const common = {
      id: `complaint ${publication} ${subscription ?? ''} ${stage} ${errorId}`,
      weight: isOfNow ? ('bad' as const) : ('warn' as const),
      words: message === '' ? undefined : message,
    };
    if (stage === 'filter' || stage === 'order') {
      const stream = `${subscription ?? ''} → ${publication}`;
      return {
        ...common,
        title:
          stage === 'filter'
            ? `The filter of ${stream} fails on events`
            : `The stream ${stream} finds no key in its events`,
        seen: `${counted(count, 'event')} stopped there, ${last}. What stopped is kept.`,
        fix:
          stage === 'filter'
            ? 'The words above name the place. Often the filter names a field that the event does not have. Correct it, then retry these deliveries: they run through the new filter.'
            : 'Correct the key of the stream, then retry these deliveries.',
        links: [
          ...(subscription === undefined
            ? []
            : [
                {
                  text: 'Open the filter',
                  view: 'workbench',
                  query: { source: subscription, target: publication },
                },
              ]),
          ...links,
        ],
      };
    }
    const isOpen = breaker !== undefined && breaker.state !== 'closed';
    return {
      ...common,
      title: titleOf(errorId, publication),
      seen: `${counted(count, 'delivery', 'deliveries')} failed this way, ${last}.${isRetried ? ' Retries go on by themselves.' : ''}${isOpen ? ` The breaker is ${breaker.state}: the others are parked meanwhile.` : ''}`,
      fix: `${adviceOf(errorId).fix}${isRetried ? '' : ' Then retry these deliveries.'}`,
      command: adviceOf(errorId).command?.(publication, app),
      links: [
        { text: `Publication ${publication}`, view: 'publications', segments: [publication] },
        ...links,
      ],
    };
  });
}

function streamCauses(app: string, { streams }: Flow): Cause[] {
  return streams.flatMap((stream): Cause[] => {
    const { received, dropped } = sumOf(stream.minutes);
    if (stream.filter === null || received < EVENTS_TO_JUDGE || dropped / received < DROPS_NEARLY_ALL)
      return [];
    const [source, target] = [stream.source.name, stream.target.name];
    const share = dropped === received ? 'everything' : 'nearly everything';
    return [
      {
        id: `drops ${source} ${target}`,
        weight: 'warn',
        title: `The filter of ${source} → ${target} drops ${share}`,
        seen: `${number(dropped)} of ${counted(received, 'event')} of the last hour (${percent(dropped, received)}) did not pass.`,
        words: stream.filter,
        fix: 'If that is not what is meant, try the filter on real events and correct it. What was dropped is not kept.',
        command: `sluice events:streams:drops --since 1h -a ${app}`,
        links: [
          { text: 'Open the filter', view: 'workbench', query: { source, target } },
          { text: `Stream ${source} → ${target}`, view: 'streams', segments: [source, target] },
        ],
      },
    ];
  });
}

interface Advice {
  readonly title: (publication: string) => string;
  readonly fix: string;
  readonly command?: (publication: string, app: string) => string;
}

const UPDATE = (flags: string) => (publication: string, app: string) =>
  `sluice events:publications:update ${publication} ${flags} -a ${app}`;
const INFO = (publication: string, app: string) => `sluice events:publications:info ${publication} -a ${app}`;

const WRONG_TOKEN: Advice = {
  title: (name) => `The receiver of ${name} refuses our token`,
  fix: 'The token that Sluice sends is not the one that the receiver expects, or it has none. Set the right one; waiting deliveries go out by themselves.',
  command: UPDATE('--token-file FILE'),
};
const WRONG_URL: Advice = {
  title: (name) => `The URL of ${name} leads to nothing`,
  fix: 'The receiver knows no such address. Correct the URL.',
  command: UPDATE('--url URL'),
};
const UNREACHABLE: Advice = {
  title: (name) => `The receiver of ${name} cannot be reached`,
  fix: 'Is it running, and is the URL right? Deliveries are tried again by themselves.',
  command: UPDATE('--url URL'),
};
const SLOW: Advice = {
  title: (name) => `The receiver of ${name} does not answer in time`,
  fix: 'It should answer first and work afterwards, or be given more time.',
  command: INFO,
};
const MISFIT: Advice = {
  title: (name) => `Events do not fit the target of ${name}`,
  fix: 'Often a field that the target does not have, or one of another type. Correct the mapping in the filter, or add the field to the target.',
};
const ORG_LOGIN: Advice = {
  title: (name) => `The org of ${name} gives us no access`,
  fix: 'Look at its authorization, and authorize the org again if it is dead.',
};
const OAUTH: Advice = {
  title: (name) => `The token URL of ${name} gives no token`,
  fix: 'Check the client id, the client secret and the token URL of the publication.',
  command: INFO,
};
const TOO_FAST: Advice = {
  title: (name) => `The receiver of ${name} asks us to slow down`,
  fix: 'Deliveries wait as long as it says. If that is often, send fewer a second.',
  command: UPDATE('--rate-limit 10/s'),
};

const ADVICE: Readonly<Record<string, Advice>> = {
  'http-401': { ...WRONG_TOKEN, title: (name) => `The receiver of ${name} refuses our token (HTTP 401)` },
  'http-403': {
    ...WRONG_TOKEN,
    title: (name) => `The receiver of ${name} forbids us to send (HTTP 403)`,
    fix: 'The token is wrong, or it may not do this. Set the right one, or allow it at the receiver.',
  },
  'http-404': { ...WRONG_URL, title: (name) => `The URL of ${name} leads to nothing (HTTP 404)` },
  'http-405': { ...WRONG_URL, title: (name) => `The URL of ${name} takes no POST (HTTP 405)` },
  'http-408': SLOW,
  'http-429': TOO_FAST,
  'rate-limited': TOO_FAST,
  timeout: SLOW,
  'connect-timeout': UNREACHABLE,
  'connection-refused': UNREACHABLE,
  'connection-reset': UNREACHABLE,
  'connection-closed': UNREACHABLE,
  'name-not-found': { ...UNREACHABLE, title: (name) => `The host name in the URL of ${name} does not exist` },
  'name-not-resolved': UNREACHABLE,
  'host-unreachable': UNREACHABLE,
  'network-error': UNREACHABLE,
  'not-http': UNREACHABLE,
  'address-not-public': {
    ...WRONG_URL,
    title: (name) => `The URL of ${name} leads to an address that is not public`,
    fix: 'Sluice sends only to public addresses. Correct the URL, or the name behind it.',
  },
  'address-not-allowed': {
    ...WRONG_URL,
    title: (name) => `The URL of ${name} leads to an address that is not allowed`,
    fix: 'Correct the URL: this installation does not send to that address or port.',
  },
  'tls-failed': {
    title: (name) => `The certificate of ${name} is not accepted`,
    fix: 'Correct the certificate of the receiver, or the host name in the URL.',
    command: UPDATE('--url URL'),
  },
  'field-mismatch': MISFIT,
  'unknown-field': MISFIT,
  'record-refused': MISFIT,
  'mapping-failed': MISFIT,
  'event-too-large': {
    title: (name) => `Events are too large for the target of ${name}`,
    fix: 'Let the filter take out what the target does not need.',
  },
  'authorization-gone': ORG_LOGIN,
  'not-authorized': ORG_LOGIN,
  unauthorized: ORG_LOGIN,
  'oauth-refused': OAUTH,
  'oauth-unavailable': OAUTH,
  'oauth-unreadable': OAUTH,
  'unknown-topic': {
    title: (name) => `The org does not have the topic of ${name}`,
    fix: 'Check its spelling, and whether the event is deployed in the org.',
    command: INFO,
  },
  'handshake-refused': {
    title: (name) => `The receiver of ${name} does not agree to get events`,
    fix: 'Let it answer the handshake, or send without one.',
    command: UPDATE('--no-handshake'),
  },
  'not-pulled': {
    title: (name) => `Nobody pulled events of ${name} in time`,
    fix: 'Start the app that pulls them, or keep them longer.',
    command: UPDATE('--max-age 7d'),
  },
  'backlog-full': {
    title: (name) => `More waits in ${name} than it keeps`,
    fix: 'Start the app that pulls, or keep more.',
    command: UPDATE('--max-count 100000'),
  },
};

function adviceOf(errorId: string): Advice {
  const known = Object.hasOwn(ADVICE, errorId) ? ADVICE[errorId] : undefined;
  if (known !== undefined) return known;
  const status = /^http-(\d{3})$/.exec(errorId)?.[1];
  if (status?.startsWith('5') === true) {
    return {
      title: (name) => `The receiver of ${name} fails (HTTP ${status})`,
      fix: 'It is for whoever runs the receiver: its log says why. Deliveries are tried again by themselves.',
    };
  }
  if (status?.startsWith('3') === true) {
    return {
      title: (name) => `The URL of ${name} redirects (HTTP ${status})`,
      fix: 'Redirects are not followed. Set the URL that it leads to.',
      command: UPDATE('--url URL'),
    };
  }
  if (status !== undefined) {
    return {
      title: (name) => `The receiver of ${name} refuses events (HTTP ${status})`,
      fix: 'Its answer, which is kept with each attempt, says why.',
    };
  }
  return {
    title: (name) => `Deliveries to ${name} fail (${errorId === '' ? 'no reason was given' : errorId})`,
    fix: 'The words above say what was expected and what was found.',
  };
}

function titleOf(errorId: string, publication: string): string {
  return adviceOf(errorId).title(publication);
}

/** `a`, `a and b`, `a, b and 3 more`. */
function listOf(names: readonly string[]): string {
  const [first = '', second, ...others] = names;
  if (second === undefined) return first;
  return others.length === 0
    ? `${first} and ${second}`
    : `${first}, ${second} and ${number(others.length)} more`;
}
