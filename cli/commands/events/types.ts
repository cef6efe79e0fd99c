import { writeFileSync } from 'node:fs';
import { Flags } from '@oclif/core';
import * as v from 'valibot';
import { expandHome } from '../../../src/base/expand-home.ts';
import { TopicSchema } from '../../../src/management/authorizations/schema.ts';
import { Subscription } from '../../../src/management/subscriptions/schema.ts';
import { ApiError, apiPath } from '../../lib/api-client.ts';
import { json } from '../../lib/display.ts';
import { eventTypesModule } from '../../lib/event-types.ts';
import { Failure, UsageFailure } from '../../lib/failure.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { type AppApi, AppCommand, jsonFlag } from '../../lib/sluice-command.ts';

const Described = reading(TopicSchema, 'topic', 'event_types', 'data_schema');
type Described = v.InferOutput<typeof Described>;

/** A topic in the org of an authorization. */
interface OrgTopic {
  readonly alias: string;
  readonly topic: string;
}

/** A topic that has no schema of its own. */
interface LeftOut {
  readonly leftOut: string;
  readonly error: ApiError;
}

export default class Types extends AppCommand {
  static override description =
    'write TypeScript types for events of Salesforce, as the org describes them now, for the client library sluice-client: of the topics named, or of all that the app subscribes to';
  static override flags = {
    topic: Flags.string({
      char: 't',
      multiple: true,
      multipleNonGreedy: true,
      description:
        'topic to write types for; can be given again. Without it: every topic of the subscriptions',
      dependsOn: ['authorization'],
    }),
    authorization: Flags.string({
      char: 'A',
      description: 'alias of the authorization for the org; without it: those of the subscriptions',
    }),
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      description: 'file to write to instead of stdout',
      exclusive: ['json'],
    }),
    json: jsonFlag,
  };
  static override examples = [
    '<%= config.bin %> events:types -a my-app -o src/salesforce-events.ts',
    '<%= config.bin %> events:types -t /event/Order_Placed__e -A my-org -a my-app',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Types);
    const api = this.openApp(flags);
    const ask = async () => {
      const topics = await topicsOf(api, flags);
      return Promise.all(topics.map((each) => describe(api, each)));
    };
    const described = await (flags.json ? ask() : withProgress('Asking Salesforce for the schemas', ask));
    const found: Described[] = [];
    for (const each of described) {
      if (!('leftOut' in each)) {
        found.push(each);
        continue;
      }
      if (flags.topic !== undefined || found.length === 0) throw each.error;
      this.logToStderr(`Left out ${each.leftOut}, which has events of several kinds.`);
    }
    if (flags.json) return this.log(json(found));
    const text = eventTypesModule(
      found.map(({ topic, event_types: eventTypes, data_schema: dataSchema }) => ({
        topic: topic ?? '',
        eventTypes: eventTypes ?? [],
        dataSchema,
      })),
    );
    if (flags.output === undefined) return this.log(text.trimEnd());
    write(flags.output, text);
    this.logToStderr(`Wrote types for the events of ${count(found.length)} to ${flags.output}.`);
  }
}

function count(topics: number): string {
  return topics === 1 ? '1 topic' : `${topics} topics`;
}

async function describe(api: AppApi, { alias, topic }: OrgTopic): Promise<Described | LeftOut> {
  try {
    return await api.get(
      `${apiPath`/authorizations/${alias}/schema`}?${new URLSearchParams({ topic })}`,
      Described,
    );
  } catch (error) {
    // A channel may carry several kinds of events, and an app may subscribe to it; the other topics still get types.
    if (error instanceof ApiError && error.errorId === 'unprocessable') return { leftOut: topic, error };
    throw error;
  }
}

/** The topics that were named, or those of the subscriptions, in order and without duplicates. */
async function topicsOf(
  api: AppApi,
  flags: { readonly topic?: readonly string[] | undefined; readonly authorization?: string | undefined },
): Promise<OrgTopic[]> {
  const { topic: named, authorization } = flags;
  if (named !== undefined && authorization !== undefined) {
    return [...new Set(named)].map((topic) => ({ alias: authorization, topic }));
  }
  const subscriptions = await api.get('/subscriptions', v.array(reading(Subscription, 'platform', 'params')));
  const topics = new Map<string, OrgTopic>();
  for (const { platform, params } of subscriptions) {
    const { topic, alias } = params;
    if (platform !== 'salesforce' || typeof topic !== 'string' || typeof alias !== 'string') continue;
    // Two orgs may describe an event differently, but the module has a single type for it.
    if (authorization === undefined || authorization === alias) topics.set(topic, { alias, topic });
  }
  if (topics.size > 0) return [...topics.values()].sort((one, other) => one.topic.localeCompare(other.topic));
  const whose = authorization === undefined ? 'the app' : `authorization ${authorization}`;
  throw new UsageFailure(
    `expected subscriptions to topics of Salesforce, found none of ${whose}: name topics with --topic and --authorization`,
  );
}

function write(path: string, text: string): void {
  try {
    writeFileSync(expandHome(path), text);
  } catch (error) {
    throw new Failure(
      `--output: cannot write ${path} (${error instanceof Error ? error.message : 'unknown error'})`,
    );
  }
}
