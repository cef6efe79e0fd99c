import * as v from 'valibot';
import { signingSecretFault } from '../../base/signing-secret.ts';
import { knownValue, Time } from '../../domain/fields.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import {
  INBOUND_MAPPING_LENGTH_MAX,
  INBOUND_SECRET_GRACE_MS,
  INBOUND_SECRET_LENGTH,
  INBOUND_VERIFICATIONS,
  type InboundVerification,
  newInboundAddress,
} from '../../domain/subscriptions/inbound.ts';
import { defineSource, type SourcePorts } from '../../domain/subscriptions/source-platform.ts';

const Verify = v.pipe(
  v.picklist(INBOUND_VERIFICATIONS),
  v.description('how a request shows that it is its sender’s; `none`: whoever knows the URL may send'),
);
const Secret = v.pipe(
  v.string(),
  v.description(
    'that the sender signs with, or its bearer token; of `standard-webhooks`, `whsec_` and base64',
  ),
);
const TypeMapping = v.pipe(
  v.string(),
  v.maxLength(INBOUND_MAPPING_LENGTH_MAX),
  v.metadata({
    description:
      'Bloblang that gives the type of an event that is no CloudEvent: `this` is the body, `@` the headers',
    examples: ['"com.shop." + this.kind'],
  }),
);
const IdMapping = v.pipe(
  v.string(),
  v.maxLength(INBOUND_MAPPING_LENGTH_MAX),
  v.metadata({
    description: 'Bloblang that gives its id, by which a repeat is recognised',
    examples: ['this.order.id'],
  }),
);

const SECRET_FLAG = {
  description: 'what the sender signs with, or its bearer token',
  isFileOnly: true,
  secretFile: { name: 'secret-file', description: 'file that holds the secret of the sender (- is stdin)' },
  setWhen: { param: 'secret', is: 'set' },
} as const;
const TYPE_FLAG = {
  name: 'type',
  description: 'Bloblang that gives the type of an event, such as "com.shop." + this.kind',
};
const ID_FLAG = { name: 'id', description: 'Bloblang that gives the id of an event, such as this.order.id' };

/** Requests to an inbound URL. `functions/ingest` accepts them, through `src/pipeline/receive`. */
export const webhookSource = defineSource({
  name: 'webhook',
  noun: 'webhook subscription',
  fields: {
    settings: {
      verify: v.nullish(v.pipe(Verify, v.metadata({ default: INBOUND_VERIFICATIONS[0] }))),
      secret: v.nullish(Secret),
      event_type: v.nullish(TypeMapping),
      event_id: v.nullish(IdMapping),
    },
    changes: {
      secret: v.optional(Secret),
      event_type: v.optional(v.pipe(v.nullable(TypeMapping), v.description('null: the usual one'))),
      event_id: v.optional(v.pipe(v.nullable(IdMapping), v.description('null: the usual one'))),
    },
    params: {
      verify: knownValue(INBOUND_VERIFICATIONS),
      secret: v.optional(
        knownValue(['set', 'missing'], 'missing: every request is refused until there is one'),
      ),
      former_secret_until: v.optional(Time),
      former_url_until: v.optional(Time),
      event_type: v.optional(v.string()),
      event_id: v.optional(v.string()),
    },
  },
  olderNames: [],
  operation: {
    id: 'createWebhookSubscription',
    summary:
      'Make an inbound URL: what is posted to it becomes events; with `target`, link it to a publication in the same step',
  },
  refusals: ['invalid-mapping', 'unprocessable'],
  changeRefusals: ['invalid-mapping', 'unprocessable'],
  command: {
    id: 'events:subscriptions:webhook:create',
    noun: 'subscription',
    description: 'make an inbound URL, to which others post events',
    argument: 'name of the subscription',
    example: 'github --verify github --secret-file secret.txt',
    flags: {
      verify: {
        options: INBOUND_VERIFICATIONS,
        description: `how a request shows that it is its sender's (${INBOUND_VERIFICATIONS[0]} unless given)`,
      },
      secret: SECRET_FLAG,
      event_type: TYPE_FLAG,
      event_id: ID_FLAG,
    },
    changeFlags: {
      secret: SECRET_FLAG,
      event_type: { ...TYPE_FLAG, description: `of an inbound URL: ${TYPE_FLAG.description}` },
      event_id: { ...ID_FLAG, description: `of an inbound URL: ${ID_FLAG.description}` },
    },
  },

  async create(ports, base, { verify: wanted, secret, event_type: type, event_id: id }) {
    const verify = wanted ?? INBOUND_VERIFICATIONS[0];
    const fault =
      secretRefusal(verify, secret ?? undefined) ?? mappingRefusal(ports, { event_type: type, event_id: id });
    if (fault !== undefined) return fault;
    return {
      kind: 'created',
      subscription: {
        ...base,
        platform: 'webhook',
        verify,
        address: newInboundAddress(),
        ...(secret != null && { secret: await seal(ports, base, secret) }),
        ...(type != null && { typeMapping: type }),
        ...(id != null && { idMapping: id }),
      },
    };
  },

  async change(ports, { secret, event_type: type, event_id: id }, current) {
    const fault =
      (secret === undefined ? undefined : secretRefusal(current.verify, secret)) ??
      mappingRefusal(ports, { event_type: type, event_id: id });
    if (fault !== undefined) return fault;
    const sealed = secret === undefined ? undefined : await seal(ports, current, secret);
    return {
      kind: 'changed',
      apply(subscription, nowMs) {
        const { typeMapping, idMapping, ...rest } = subscription;
        const types = type === undefined ? typeMapping : (type ?? undefined);
        const ids = id === undefined ? idMapping : (id ?? undefined);
        return {
          ...rest,
          ...(types !== undefined && { typeMapping: types }),
          ...(ids !== undefined && { idMapping: ids }),
          ...(sealed !== undefined && {
            secret: sealed,
            formerSecret:
              subscription.secret === undefined
                ? undefined
                : { secret: subscription.secret, untilMs: nowMs + INBOUND_SECRET_GRACE_MS },
          }),
        };
      },
    };
  },

  show: ({ verify, secret, formerSecret, formerAddress, typeMapping, idMapping }) => ({
    verify,
    secret: secretState(verify, secret),
    former_secret_until: formerSecret && new Date(formerSecret.untilMs).toISOString(),
    former_url_until: formerAddress && new Date(formerAddress.untilMs).toISOString(),
    event_type: typeMapping,
    event_id: idMapping,
  }),
});

function secretState(verify: InboundVerification, secret: string | undefined): 'set' | 'missing' | undefined {
  if (verify === 'none') return undefined;
  return secret === undefined ? 'missing' : 'set';
}

function secretRefusal(verify: InboundVerification, secret: string | undefined): Refusal | undefined {
  if (verify === 'none') {
    return secret === undefined
      ? undefined
      : refuse('unprocessable', 'expected no secret with "verify" none, found one: nothing would look at it');
  }
  if (secret === undefined) {
    // Data Cloud creates a secret only once it knows the URL.
    return verify === 'data-cloud'
      ? undefined
      : refuse(
          'unprocessable',
          `expected a secret with "verify" ${verify}, found none: give the one that the sender has (--secret-file)`,
        );
  }
  const fault = verify === 'standard-webhooks' ? signingSecretFault(secret) : lengthFault(secret);
  return fault === undefined ? undefined : refuse('unprocessable', fault);
}

function lengthFault({ length }: string): string | undefined {
  const { min, max } = INBOUND_SECRET_LENGTH;
  return length >= min && length <= max
    ? undefined
    : `expected a secret of ${min} to ${max} characters, found one of ${length < min ? 'fewer: it could be guessed' : 'more'}`;
}

function mappingRefusal(
  { expressionFault }: Pick<SourcePorts, 'expressionFault'>,
  mappings: Readonly<Record<'event_type' | 'event_id', string | null | undefined>>,
): Refusal | undefined {
  for (const [name, mapping] of Object.entries(mappings)) {
    const fault = mapping == null ? undefined : expressionFault(mapping);
    if (fault !== undefined) return refuse('invalid-mapping', `"${name}" does not compile: ${fault}`);
  }
  return undefined;
}

function seal(
  { secrets }: Pick<SourcePorts, 'secrets'>,
  { appId, id }: { readonly appId: string; readonly id: string },
  secret: string,
): Promise<string> {
  return secrets.encrypt(secret, { appId, resourceId: id, secret: 'inboundSecret' });
}
