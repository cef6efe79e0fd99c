/** What a tool may do to the installation. `destroy` requires the app's name. */
export type Effect = 'read' | 'write' | 'destroy';

/** A tool for a single operation of the management API. */
export interface ToolRow {
  /** The `operationId` in the OpenAPI document, which defines the tool's arguments. */
  readonly operation: string;
  /** The tool's name, if it is not the operation's id in snake case. */
  readonly name?: string;
  readonly effect: Effect;
  /** Whether the tool affects the whole installation, and is listed only for an administration token. */
  readonly isAdmin?: true;
  /** Fields that the tool sets itself. */
  readonly fixed?: Readonly<Record<string, string>>;
  /** Added to the summary of the operation. */
  readonly note?: string;
}

const read = (operation: string, note?: string): ToolRow => ({
  operation,
  effect: 'read',
  ...(note !== undefined && { note }),
});
const write = (operation: string, note?: string): ToolRow => ({ ...read(operation, note), effect: 'write' });
const destroy = (operation: string, note?: string): ToolRow => ({
  ...read(operation, note),
  effect: 'destroy',
});
const admin = (row: ToolRow): ToolRow => ({ ...row, isAdmin: true });

const SECRETS = 'Secrets do not go through an assistant: they are set by the sluice command.';
const COUNT_FIRST = 'Call count_deliveries with the same filter first, and tell the user how many there are.';

/** All operations that are tools. `tool-table.test.ts` checks this table and `LEFT_OUT` against the API's routes. */
export const TOOL_TABLE: readonly ToolRow[] = [
  admin(read('listApps')),
  admin(read('showApp')),
  read('listAppTokens'),
  read('listCredentials'),
  read('listAuthorizations'),
  read('showAuthorization'),
  read('showTopicSchema'),
  read('listSubscriptions'),
  read('showSubscription'),
  read('listKeptEvents'),
  read('listPublications'),
  read('showPublication'),
  read('listListeners'),
  read('showListener'),
  read('listStreams'),
  read('showStream'),
  read('listDeliveries'),
  read('countDeliveries', 'The dry run of retry_deliveries and discard_deliveries.'),
  read('showDelivery'),
  read('listRedrives'),
  read('showRedrive'),
  read('countErasable'),
  read('listQuarantine'),
  read('showQuarantined'),
  admin(read('listDeadLetters')),
  admin(read('countDeadLetters')),
  admin(read('showDeadLetter')),
  read('showFlow'),
  read('listHistory'),
  read('listDrops'),
  read('findEventsOfRecord'),
  read('traceEvent', 'why_not_arrived has it as well, with what else is to be known.'),
  read('readLog'),
  read('showHerokuAddon'),
  read('showStatus', 'what_needs_attention says it in words.'),

  write('updateAuthorization', SECRETS),
  write('changeSubscription', SECRETS),
  write('rewindSubscription'),
  write('createSalesforceSubscription'),
  write('createGenerator'),
  write('createSluiceSubscription'),
  write('changePublication', SECRETS),
  write('createWebhookPublication', SECRETS),
  write('createSalesforcePublication'),
  write('createDatacloudPublication'),
  write('createPullPublication'),
  write('createSqsPublication'),
  write('createEventbridgePublication'),
  write('createKinesisPublication'),
  write('createS3Publication'),
  write('createStream', 'Try its filter with test_filter first.'),
  write('changeStream', 'Try its filter with test_filter first.'),
  write('retryDelivery'),
  {
    operation: 'startRedrive',
    name: 'retry_deliveries',
    effect: 'write',
    fixed: { action: 'retry' },
    note: COUNT_FIRST,
  },
  write('changeRedrive'),
  write('replayQuarantined'),
  admin(write('redriveDeadLetter')),
  admin(write('redriveDeadLetters')),

  {
    operation: 'startRedrive',
    name: 'discard_deliveries',
    effect: 'destroy',
    fixed: { action: 'discard' },
    note: COUNT_FIRST,
  },
  destroy('deleteAuthorization'),
  destroy('deleteSubscription'),
  destroy('deletePublication'),
  destroy('deleteListener'),
  destroy('deleteStream'),
  destroy('discardDelivery'),
  destroy('stopRedrive'),
  destroy('startErasure', 'Call count_erasable first, and tell the user how many there are.'),
  destroy('discardQuarantined'),
  destroy('deleteAppToken'),
  destroy('deleteCredential'),
  admin(destroy('discardDeadLetter')),
  admin(destroy('discardDeadLetters', 'Call count_dead_letters with the same filter first.')),
];

const SHOWS_A_SECRET =
  'its answer is a secret, which an assistant must not have: the sluice command prints it';
const NOT_OF_ONE_APP = 'the server is for one app; this makes, renames or ends apps, or administers all';

const OF_LISTENING = 'sluice events:listen does it, on the computer that the events go to';

/** Operations that are no tool, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  createApp: SHOWS_A_SECRET,
  createAppToken: SHOWS_A_SECRET,
  createAdminToken: SHOWS_A_SECRET,
  createCredential: SHOWS_A_SECRET,
  createConsoleLink: SHOWS_A_SECRET,
  rotateHerokuCredentials: 'it rotates secrets, which a person does by the sluice command',
  openListenerSession: OF_LISTENING,
  endListenerSession: OF_LISTENING,
  listen: OF_LISTENING,
  rotatePublicationSecret: SHOWS_A_SECRET,
  rotateInboundUrl: SHOWS_A_SECRET,
  createWebhookSubscription: SHOWS_A_SECRET,
  createSalesforceAuthorization:
    'a person logs in, in a browser that the sluice command opens, or gives secrets that an assistant must not have',
  changeApp: NOT_OF_ONE_APP,
  deleteApp: NOT_OF_ONE_APP,
  listAdminTokens: NOT_OF_ONE_APP,
  deleteAdminToken: NOT_OF_ONE_APP,
  unlink: 'deleteStream does the same',
  completeAuthorization: 'the browser of who authorizes an org is sent there',
  showPublicKeys: 'receivers ask for it; show_publication has the key',
  showOpenApi: 'it is a resource',
};

/** Secret fields of bodies, which no tool accepts. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'token',
  'basic_password',
  'oauth_client_secret',
  'headers',
  'signing_secret',
  'secret',
  'client_secret',
  'private_key',
  'sfdx_auth_url',
]);

/** Older names of the pilot's clients for fields: a tool accepts only the newer name. */
export const OLDER_FIELDS: Readonly<Record<string, string>> = { event: 'topic', org_name: 'alias' };

/** Turns `listDeliveries` into `list_deliveries`. */
export function toolName({ name, operation }: ToolRow): string {
  return name ?? operation.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
