import * as v from 'valibot';

// What the commands rely on in the service's answers. Loose: what is not named here passes through to `--json`.

const Params = v.record(v.string(), v.unknown());
const Reason = v.looseObject({ id: v.optional(v.string()), message: v.string() });

export const AppObject = v.looseObject({
  id: v.string(),
  name: v.string(),
  created_at: v.optional(v.string()),
  api_url: v.optional(v.string()),
  publish_host: v.optional(v.string()),
});
export const CreatedApp = v.looseObject({
  id: v.string(),
  name: v.string(),
  api_url: v.string(),
  publish_url: v.string(),
  token: v.string(),
});
export const AppList = v.array(AppObject);

export const Token = v.looseObject({
  id: v.string(),
  label: v.nullish(v.string()),
  created_at: v.optional(v.string()),
});
export const CreatedToken = v.looseObject({ id: v.string(), token: v.string() });
export const TokenList = v.array(Token);

export const Credential = v.looseObject({ user: v.string(), created_at: v.optional(v.string()) });
export const CreatedCredential = v.looseObject({ user: v.string(), publish_url: v.string() });
export const CredentialList = v.array(Credential);

export const Authorization = v.looseObject({
  id: v.string(),
  platform: v.optional(v.string(), 'salesforce'),
  alias: v.optional(v.string()),
  params: Params,
  status: v.optional(v.string()),
  reason: v.nullish(Reason),
  extra: v.nullish(v.looseObject({ redirect_uri: v.nullish(v.string()) })),
});
export type Authorization = v.InferOutput<typeof Authorization>;
export const AuthorizationList = v.array(Authorization);

const Named = { id: v.string(), name: v.string(), platform: v.string(), params: Params };
const Link = v.looseObject({ id: v.string(), name: v.string(), filter: v.nullish(v.string()) });

export const Feed = v.looseObject({
  topic: v.string(),
  state: v.string(),
  alias: v.optional(v.string()),
  reason: v.nullish(v.unknown()),
  accepted_count: v.optional(v.number()),
  accepted_last_hour: v.optional(v.number()),
  accepted_last_day: v.optional(v.number()),
  lag_ms: v.optional(v.number()),
  cursor_age_ms: v.optional(v.number()),
  last_event_at: v.nullish(v.string()),
  gaps: v.optional(v.array(v.looseObject({ at: v.string(), message: v.string() })), []),
});
export type Feed = v.InferOutput<typeof Feed>;

export const Subscription = v.looseObject({
  ...Named,
  paused: v.optional(v.boolean(), false),
  status: v.nullish(v.looseObject({ state: v.string(), reason: v.nullish(v.unknown()) })),
  created_at: v.optional(v.string()),
  targets: v.optional(v.array(Link), []),
  feed: v.optional(Feed),
});
export type Subscription = v.InferOutput<typeof Subscription>;
export const SubscriptionList = v.array(Subscription);

export const Publication = v.looseObject({
  ...Named,
  state: v.optional(v.string()),
  state_reason: v.nullish(v.string()),
  drain_rate: v.nullish(v.number()),
  retry: v.nullish(v.array(v.string())),
  created_at: v.optional(v.string()),
  sources: v.optional(v.array(Link), []),
  signing_secret: v.optional(v.string()),
});
export type Publication = v.InferOutput<typeof Publication>;
export const PublicationList = v.array(Publication);

const Reference = v.looseObject({ id: v.string(), name: v.string() });
export const Stream = v.looseObject({
  source: Reference,
  target: Reference,
  filter: v.nullish(v.string()),
  created_at: v.optional(v.string()),
});
export const StreamList = v.array(Stream);

/** Some answers name the publication by its name, some by `{id, name}`. */
const Name = v.union([
  v.string(),
  v.pipe(
    Reference,
    v.transform((reference) => reference.name),
  ),
]);

export const Attempt = v.looseObject({
  at: v.string(),
  duration_ms: v.optional(v.number()),
  status: v.nullish(v.number()),
  error_id: v.nullish(v.string()),
  message: v.nullish(v.string()),
});

export const Delivery = v.looseObject({
  id: v.string(),
  status: v.string(),
  stage: v.optional(v.string()),
  publication: Name,
  subscription: v.nullish(Name),
  event_id: v.string(),
  event_type: v.optional(v.string()),
  event_subject: v.nullish(v.string()),
  attempt_count: v.number(),
  last_error: v.nullish(v.looseObject({ id: v.string(), message: v.nullish(v.string()) })),
  next_attempt_at: v.nullish(v.string()),
  created_at: v.optional(v.string()),
  updated_at: v.optional(v.string()),
  attempts: v.optional(v.array(Attempt), []),
  event: v.nullish(v.unknown()),
});
export type Delivery = v.InferOutput<typeof Delivery>;
export const DeliveryPage = v.looseObject({
  deliveries: v.array(v.unknown()),
  next: v.nullish(v.string()),
});

const quarantined = {
  id: v.string(),
  topic: v.string(),
  event_id: v.string(),
  schema_id: v.string(),
  replay_id: v.string(),
  reason: v.string(),
  payload_bytes: v.number(),
  at: v.string(),
};
export const QuarantineList = v.array(v.looseObject(quarantined));
export const QuarantinedEvent = v.looseObject({ ...quarantined, payload: v.string() });

const deadLetter = {
  id: v.string(),
  queue: v.string(),
  kind: v.string(),
  app: v.optional(v.looseObject({ id: v.string(), name: v.optional(v.string()) })),
  publication: v.optional(v.looseObject({ id: v.string(), name: v.optional(v.string()) })),
  event_type: v.optional(v.string()),
  event_subject: v.optional(v.string()),
  reason: v.optional(v.string()),
  receive_count: v.number(),
  sent_at: v.string(),
};
export const DeadLetterPage = v.looseObject({
  dead_letters: v.array(v.looseObject(deadLetter)),
  complete: v.boolean(),
});
export const DeadLetterDetail = v.looseObject({ ...deadLetter, body: v.string() });
export const RedrivenDeadLetters = v.looseObject({
  redriven: v.number(),
  refusal: v.optional(v.string()),
  next: v.optional(v.string()),
});

const StatusAuthorization = v.looseObject({
  alias: v.string(),
  status: v.string(),
  reason: v.nullish(v.unknown()),
});
const Allocation = v.looseObject({
  alias: v.string(),
  read_at: v.nullish(v.string()),
  limits: v.array(
    v.looseObject({ name: v.string(), max: v.number(), remaining: v.number(), used_percent: v.number() }),
  ),
  delivered_last_day: v.number(),
  published_this_hour: v.number(),
});
export type Allocation = v.InferOutput<typeof Allocation>;
export const Status = v.looseObject({
  allocations: v.optional(v.array(Allocation), []),
  publications: v.optional(
    v.array(v.looseObject({ name: v.string(), state: v.string(), state_reason: v.nullish(v.string()) })),
    [],
  ),
  feeds: v.array(Feed),
  authorizations: v.array(StatusAuthorization),
  deliveries: v.record(v.string(), v.number()),
  dead_letters: v.optional(v.record(v.string(), v.number())),
});

/** The message of a reason, whether it came as a text or as an object. */
export function reasonText(reason: unknown): string | undefined {
  if (typeof reason === 'string') return reason;
  const parsed = v.safeParse(Reason, reason);
  return parsed.success ? parsed.output.message : undefined;
}
