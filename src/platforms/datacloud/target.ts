import * as v from 'valibot';
import { isJsonObject, parseJson, stringifyJson } from '../../base/json.ts';
import { unreachable } from '../../base/unreachable.ts';
import type {
  IngestAnswer,
  IngestDirectory,
  IngestField,
  IngestRecord,
  IngestTarget,
} from '../../domain/authorizations/ingest-directory.ts';
import { authorizationForUse } from '../../domain/authorizations/topic-use.ts';
import { ALIAS_NAMES, knownValue, Name, quoted } from '../../domain/fields.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { fieldNameFault, objectNameFault, SCHEMA_NAME_LENGTH_MAX } from './field-names.ts';
import { RECORD_BYTES_MAX } from './records.ts';
import { sampleRecord } from './sample-record.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly datacloud: DataCloudSettings;
  }
}

export interface DataCloudSettings extends IngestTarget {
  readonly authorizationId: string;
  readonly authorizationAlias: string;
  /** The object's primary key, which deletes refer to. */
  readonly primaryKey?: string | undefined;
  readonly refreshMode: RefreshMode;
}

export type DataCloudPublication = PublicationOf<'datacloud'>;

/**
 * The refresh mode of the data stream, which Sluice cannot read. full: a record replaces its predecessor and has every
 * field. partial: a record has its key and the changed fields.
 */
export const REFRESH_MODES = ['full', 'partial'] as const;
export type RefreshMode = (typeof REFRESH_MODES)[number];
const REFRESH_MODE_DEFAULT = REFRESH_MODES[0];

const CONNECTOR_LENGTH_MAX = 255;

const Connector = v.pipe(
  v.string(),
  v.metadata({ minLength: 1, maxLength: CONNECTOR_LENGTH_MAX, examples: ['SalesConnector'] }),
  v.description('API name of the Ingestion API connector'),
);
const ObjectName = v.pipe(
  v.string(),
  v.metadata({ minLength: 1, maxLength: SCHEMA_NAME_LENGTH_MAX, examples: ['Orders'] }),
  v.description("object of the connector's schema"),
);
const PrimaryKey = v.pipe(
  v.string(),
  v.metadata({ minLength: 1, maxLength: SCHEMA_NAME_LENGTH_MAX, examples: ['order_id'] }),
  v.description(
    'primary key of the object: what a delete names, and what the record id of a change event goes to',
  ),
);
const Mode = v.pipe(
  v.picklist(REFRESH_MODES),
  v.description(
    'refresh mode of the data stream; full: fields that an event lacks are sent as null; partial: they are left out',
  ),
);

const PRIMARY_KEY_FLAG = { description: 'primary key of the object: what a delete names' };
const MODE_FLAG = {
  options: REFRESH_MODES,
  description: 'refresh mode of the data stream: a record has every field, or its key and what changed',
};

const TESTED_BEFORE = 'it tests a record before the creation: create the publication by its command';

export const dataCloudTarget = defineTarget({
  name: 'datacloud',
  fields: {
    settings: {
      connector: Connector,
      object: ObjectName,
      alias: v.nullish(v.string()),
      org_name: v.nullish(v.string()),
      primary_key: v.nullish(PrimaryKey),
      refresh_mode: v.nullish(v.pipe(Mode, v.metadata({ default: REFRESH_MODE_DEFAULT }))),
      validate: v.nullish(
        v.pipe(
          v.boolean(),
          v.description(
            "send a record to the connector's test action, which stores nothing, before anything is made",
          ),
        ),
      ),
      record: v.nullish(
        v.pipe(
          v.string(),
          v.metadata({ maxLength: RECORD_BYTES_MAX, examples: ['{"order_id":"o-1","amount":12.5}'] }),
          v.description("the record for `validate`, as JSON; made of the connector's schema unless given"),
        ),
      ),
    },
    changes: { primary_key: v.optional(PrimaryKey), refresh_mode: v.optional(Mode) },
    params: {
      connector: v.string(),
      object: v.string(),
      alias: Name,
      org_name: Name,
      primary_key: v.optional(v.string()),
      refresh_mode: knownValue(REFRESH_MODES),
    },
  },
  olderNames: [ALIAS_NAMES],
  summary:
    'Publish to an Ingestion API connector of Data Cloud (Data 360). With `source`, link a subscription to it in the same step',
  refusals: ['authorization-not-active', 'unknown-connector', 'salesforce-unreachable', 'unprocessable'],
  command: {
    id: 'events:publications:datacloud:create',
    description: 'publish to an Ingestion API connector of Data Cloud',
    argument: 'name of the publication',
    example: 'ordersDataTarget -c "SalesConnector" --object "Orders" -A my-org',
    flags: {
      connector: { char: 'c', required: true, description: 'API name of the Ingestion API connector' },
      object: { required: true, description: "object of the connector's schema" },
      alias: {
        char: 'A',
        olderNames: ['org-name'],
        olderChars: ['o'],
        description: 'alias of the authorization',
        required: true,
      },
      primary_key: PRIMARY_KEY_FLAG,
      refresh_mode: {
        ...MODE_FLAG,
        description: `${MODE_FLAG.description} (${REFRESH_MODE_DEFAULT} unless given)`,
      },
      validate: {
        isSwitch: true,
        description: 'have Data Cloud test a record first; it stores nothing',
        notKept: TESTED_BEFORE,
      },
      record: {
        notKept: TESTED_BEFORE,
        description:
          "record that --validate sends, as JSON (one made of the connector's schema unless given)",
      },
    },
    changeFlags: {
      primary_key: { description: `of Data Cloud: ${PRIMARY_KEY_FLAG.description}` },
      refresh_mode: { ...MODE_FLAG, description: `of Data Cloud: ${MODE_FLAG.description}` },
    },
  },
  // Encrypt, too, because the token for Data Cloud is stored with the authorization for all processes.
  grants: { secrets: ['Encrypt', 'Decrypt'] },

  async create({ authorizations, ingest }, base, settings) {
    const { connector, object, alias, validate, record } = settings;
    const nameFault = objectNameFault(object);
    if (nameFault !== undefined) return refuse('unprocessable', nameFault);
    const authorization = await authorizationForUse(authorizations, base.appId, alias ?? '');
    if ('kind' in authorization) return authorization;
    const target = { connector, object };
    const answer = await ingest.find(base.appId, authorization.id, target);
    if (answer.kind !== 'found') return targetRefusal(target, authorization.alias, answer);
    const keyFault = primaryKeyFault(settings.primary_key, answer.fields, object);
    if (keyFault !== undefined) return keyFault;
    if (record != null && validate !== true) {
      return refuse('unprocessable', 'expected "record" together with "validate", which sends it');
    }
    const primaryKey = settings.primary_key ?? undefined;
    const refreshMode = settings.refresh_mode ?? REFRESH_MODE_DEFAULT;
    if (validate === true) {
      const sample = sampleOf(record ?? undefined, answer.fields);
      if ('kind' in sample) return sample;
      const fault = await testRefusal(ingest, base.appId, authorization.id, target, sample.record);
      if (fault !== undefined) return fault;
    }
    return {
      kind: 'created',
      publication: {
        ...base,
        platform: 'datacloud',
        connector,
        object,
        authorizationId: authorization.id,
        authorizationAlias: authorization.alias,
        ...(primaryKey !== undefined && { primaryKey }),
        refreshMode,
      },
      authorization,
    };
  },

  async change({ ingest }, current, changes) {
    const { primary_key: primaryKey, refresh_mode: refreshMode } = changes;
    if (primaryKey !== undefined) {
      const answer = await ingest.find(current.appId, current.authorizationId, current);
      if (answer.kind !== 'found') return targetRefusal(current, current.authorizationAlias, answer);
      const fault = primaryKeyFault(primaryKey, answer.fields, current.object);
      if (fault !== undefined) return fault;
    }
    return {
      kind: 'changed',
      apply: (publication) => ({
        ...publication,
        ...(primaryKey !== undefined && { primaryKey }),
        refreshMode: refreshMode ?? publication.refreshMode,
      }),
    };
  },

  show: ({ connector, object, authorizationAlias: alias, primaryKey, refreshMode }) => ({
    connector,
    object,
    alias,
    org_name: alias,
    ...(primaryKey !== undefined && { primary_key: primaryKey }),
    refresh_mode: refreshMode,
  }),
});

function targetRefusal(
  { connector, object }: IngestTarget,
  alias: string,
  answer: Exclude<IngestAnswer, { kind: 'found' }>,
): Refusal {
  switch (answer.kind) {
    case 'unknown-connector':
      return refuse(
        'unknown-connector',
        `expected "connector" to be the API name of an Ingestion API connector of the org of ${alias}, found ${quoted(connector)}${those(answer.known, 'there are', 'there is none: make one in Data Cloud Setup, Ingestion API')}`,
      );
    case 'unknown-object':
      return refuse(
        'unknown-connector',
        `expected "object" to be an object of the schema of ${connector}, capital letters included, found ${quoted(object)}${those(answer.known, 'it has', 'it has none: upload a schema in Data Cloud Setup, Ingestion API')}`,
      );
    case 'not-authorized':
      return refuse('authorization-not-active', answer.message);
    case 'unreachable':
      return refuse('salesforce-unreachable', answer.message);
    default:
      return unreachable(answer);
  }
}

/** Names listed in one message. */
const NAMES_LISTED_MAX = 20;

function those(known: readonly string[] | undefined, beginning: string, none: string): string {
  if (known === undefined) return ` (or no data stream of it is deployed for the object)`;
  if (known.length === 0) return `; ${none}`;
  const more = known.length > NAMES_LISTED_MAX ? ` and ${known.length - NAMES_LISTED_MAX} more` : '';
  return `; ${beginning} ${known.slice(0, NAMES_LISTED_MAX).join(', ')}${more}`;
}

function primaryKeyFault(
  primaryKey: string | null | undefined,
  fields: readonly IngestField[] | undefined,
  object: string,
): Refusal | undefined {
  if (primaryKey == null) return undefined;
  const fault = fieldNameFault(primaryKey);
  if (fault !== undefined) return refuse('unprocessable', `primary_key: ${fault}`);
  if (fields === undefined || fields.some(({ name }) => name === primaryKey)) return undefined;
  const names = fields.map(({ name }) => name);
  return refuse(
    'unprocessable',
    `expected "primary_key" to be a field of ${object}, found ${quoted(primaryKey)}${those(names, 'it has', 'it has none')}`,
  );
}

function sampleOf(
  text: string | undefined,
  fields: readonly IngestField[] | undefined,
): { readonly record: IngestRecord } | Refusal {
  if (text === undefined) {
    if (fields !== undefined) return { record: sampleRecord(fields) };
    return refuse(
      'unprocessable',
      'expected "record" with "validate", because the authorization may not read the schema of the connector: give one, as JSON',
    );
  }
  try {
    const record = parseJson(text);
    if (isJsonObject(record)) return { record };
  } catch {
    // Not JSON: the sentence below says what was expected.
  }
  return refuse(
    'unprocessable',
    `expected "record" to be a JSON object such as {"order_id":"o-1"}, found ${quoted(text)}`,
  );
}

async function testRefusal(
  ingest: IngestDirectory,
  appId: string,
  authorizationId: string,
  target: IngestTarget,
  record: IngestRecord,
): Promise<Refusal | undefined> {
  // Data Cloud accepts a record with an unknown name and drops the value.
  const names = Object.keys(record).flatMap((name) => fieldNameFault(name) ?? []);
  if (names.length > 0) return refuse('unprocessable', names.join('; '));
  const bytes = Buffer.byteLength(stringifyJson(record));
  if (bytes > RECORD_BYTES_MAX) {
    return refuse('unprocessable', `expected a record of at most ${RECORD_BYTES_MAX} bytes, found ${bytes}`);
  }
  const tested = await ingest.test(appId, authorizationId, target, record);
  switch (tested.kind) {
    case 'accepted':
      return undefined;
    case 'refused':
      return refuse('unprocessable', tested.message);
    case 'not-authorized':
      return refuse('authorization-not-active', tested.message);
    case 'unreachable':
      return refuse('salesforce-unreachable', tested.message);
    default:
      return unreachable(tested);
  }
}
