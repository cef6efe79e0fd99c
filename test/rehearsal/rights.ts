import { MEMORY_MB } from '../../src/settings/runtime.ts';
import type { Decision } from './emulator.ts';
import type { FunctionName, Installation, Json } from './installation.ts';

/** One thing that a role may do. */
interface Right {
  readonly functionName: FunctionName;
  readonly action: string;
  /** The logical id in the template, with what follows the ARN: `EventsTable…/index/due`. */
  readonly resource: string;
}

/** Why the template grants a right that no rehearsal uses. */
interface Unasked {
  readonly functions: readonly FunctionName[];
  readonly action: RegExp;
  readonly resource?: RegExp;
  readonly reason: string;
}

/** The part of an installation that says which role is which and what it may do. */
type Stack = Pick<Installation, 'template' | 'physicalIds' | 'roleName' | 'roleId'>;

const ALL = Object.keys(MEMORY_MB) as FunctionName[];

export const UNASKED: readonly Unasked[] = [
  {
    functions: ALL,
    action: /^logs:(CreateLogStream|PutLogEvents)$/,
    reason: "Lambda writes the log in the role's name; the emulator does not ask IAM for it",
  },
  {
    functions: ['api'],
    action: /^logs:StartQuery$/,
    reason: 'a query names all of its groups, and the emulator asks IAM about the first',
  },
  {
    functions: ['api'],
    action: /^logs:StopQuery$/,
    reason: 'ends a query of the logs that takes more than 20 seconds',
  },
  {
    functions: ['deliver', 'pubsub-poller'],
    action: /^sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/,
    resource: /Queue/,
    reason: "Lambda takes the queue's messages in the role's name; the emulator does not ask IAM for it",
  },
  {
    functions: ['deliver', 'pubsub-poller'],
    action: /^sqs:ChangeMessageVisibility$/,
    reason: 'gives back what failed unexpectedly, and nothing does here',
  },
  {
    functions: ['deliver', 'pubsub-poller', 'schedule'],
    action: /^dynamodb:BatchWriteItem$/,
    reason:
      'takes away the stored events of two writers of one delivery, and of deliveries that ended a week ago',
  },
  {
    functions: ['schedule'],
    action: /^kms:Encrypt$/,
    reason: 'renews authorizations that nobody used for weeks',
  },
  {
    functions: ['schedule'],
    action: /^dynamodb:Query$/,
    resource: /index\/deliveries$/,
    reason:
      'releases parked deliveries when there are too many for the request that resumes their publication',
  },
  {
    functions: ['deliver', 'schedule'],
    action: /^sqs:SendMessage$/,
    resource: /^OrderedQueue/,
    reason: 'puts into its order what had no key before, and what generators make for ordered streams',
  },
  {
    functions: ['pubsub-poller'],
    action: /^sqs:SendMessage$/,
    resource: /^PollsQueue/,
    reason: 'hands over to the next worker when a session of 13 minutes ends',
  },
];

/** Rights that were never used: without a reason, and with one. */
export function rightsNotAsked(
  installation: Stack,
  decisions: readonly Decision[],
): {
  readonly unasked: readonly Right[];
  readonly excused: readonly (Right & { readonly reason: string })[];
} {
  const unasked: Right[] = [];
  const excused: (Right & { reason: string })[] = [];
  for (const right of ALL.flatMap((name) => rightsOf(installation, name))) {
    if (wasAsked(installation, right, decisions)) continue;
    const excuse = UNASKED.find(
      ({ functions, action, resource }) =>
        functions.includes(right.functionName) &&
        action.test(right.action) &&
        (resource === undefined || resource.test(right.resource)),
    );
    if (excuse === undefined) unasked.push(right);
    else excused.push({ ...right, reason: excuse.reason });
  }
  return { unasked, excused };
}

/** The requests that IAM denied to the functions' roles. */
export function deniedRights(installation: Stack, decisions: readonly Decision[]): readonly Decision[] {
  return decisions.filter(
    ({ principal, allowed }) =>
      !allowed && ALL.some((name) => principal.includes(`/${installation.roleName(name)}/`)),
  );
}

/** The rights in the template's policies for a function's role. */
function rightsOf(installation: Stack, functionName: FunctionName): readonly Right[] {
  const { Resources }: { Resources: Record<string, Json> } = installation.template;
  const roleId = installation.roleId(functionName);
  return Object.values(Resources)
    .filter(({ Type, Properties }) => Type === 'AWS::IAM::Policy' && Properties.Roles[0].Ref === roleId)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .flatMap(({ Action, Resource }: Json) =>
      [Action]
        .flat()
        .flatMap((action: string) =>
          [Resource].flat().map((resource) => ({ functionName, action, resource: resourceName(resource) })),
        ),
    );
}

function resourceName(resource: Json): string {
  if (typeof resource === 'string') return resource;
  if (resource['Ref'] !== undefined) return resource['Ref'];
  if (resource['Fn::GetAtt'] !== undefined) return resource['Fn::GetAtt'][0];
  if (resource['Fn::Join'] !== undefined) return resource['Fn::Join'][1].map(resourceName).join('');
  throw new Error(`expected a reference to a resource, found ${JSON.stringify(resource)}`);
}

function wasAsked(installation: Stack, right: Right, decisions: readonly Decision[]): boolean {
  const role = `/${installation.roleName(right.functionName)}/`;
  const [logicalId = '', ...rest] = right.resource.split('/');
  // A queue's physical id is its URL, a secret's is its ARN; both end with the name.
  const name = installation.physicalIds.get(logicalId)?.split(/[/:]/).at(-1) ?? logicalId;
  const suffix = [name, ...rest].join('/');
  // The objects in a bucket.
  const inside = suffix.endsWith('/*') ? suffix.slice(0, -1) : undefined;
  return decisions.some(
    ({ principal, action, resource, allowed }) =>
      allowed &&
      principal.includes(role) &&
      action.toLowerCase() === right.action.toLowerCase() &&
      // A log group's ARN ends in `:*`.
      (inside === undefined
        ? resource.replace(/(?<=.):\*$/, '').endsWith(suffix)
        : resource.startsWith(inside)),
  );
}
