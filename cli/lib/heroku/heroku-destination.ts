import { type Destination, keptFor, type ParsedApiUrl, parseApiUrl } from '../destination.ts';
import { Failure, UsageFailure } from '../failure.ts';
import type { Attachment, HerokuApi } from './heroku-api.ts';

const API_URL = /^(?<name>[A-Z][A-Z0-9_]*)_API_URL$/;
const LOOPBACK = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/;

/** A Sluice app to which config vars of a Heroku app point. */
interface Candidate extends ParsedApiUrl {
  /** The prefix of its variables: the attachment's name if an add-on set them. */
  readonly name: string;
}

/**
 * Finds the service through the config vars of a Heroku app: `<name>_API_URL` and the token `<name>_API_TOKEN`.
 * @param addon the name of an attachment or of an add-on, for an app that has several
 * @param login the token of the person's Heroku login, which is sent to Heroku only
 */
export async function herokuDestination(
  heroku: HerokuApi,
  app: string,
  addon: string | undefined,
  login: string,
  configDir: string,
): Promise<Destination> {
  const vars = await heroku.configVars(app);
  const candidates = Object.entries(vars).flatMap(([variable, value]) => candidateOf(variable, value));
  const chosen = await choose(heroku, app, candidates, addon);
  const url = `${chosen.name}_API_URL`;
  const token = vars[`${chosen.name}_API_TOKEN`]?.trim() ?? '';
  if (token === '') {
    throw new Failure(
      `the app ${app} has ${url}, but no ${chosen.name}_API_TOKEN: sluice tokens:create makes a token, and ` +
        `heroku config:set -a ${app} ${chosen.name}_API_TOKEN=… keeps it`,
    );
  }
  if (token === login) {
    throw new Failure(
      `${chosen.name}_API_TOKEN of the app ${app} is your Heroku login, which is for Heroku only: expected an API token of Sluice`,
    );
  }
  if (!chosen.apiUrl.startsWith('https:') && !LOOPBACK.test(chosen.apiUrl)) {
    throw new Failure(`${url} of the app ${app}: expected an https URL, found ${chosen.apiUrl}`);
  }
  return {
    apiUrl: chosen.apiUrl,
    token,
    app: chosen.tenant,
    shownAs: app,
    source: { url: `${url} of the app ${app}`, token: `${chosen.name}_API_TOKEN of the app ${app}` },
    localRun: undefined,
    credentials: keptFor(chosen.apiUrl, configDir),
  };
}

/** The candidate that a variable with this suffix describes, if it points to an app of Sluice. */
function candidateOf(variable: string, value: string): Candidate[] {
  const name = API_URL.exec(variable)?.groups?.['name'];
  if (name === undefined) return [];
  const parsed = parseApiUrl(value);
  return parsed?.tenant === undefined ? [] : [{ ...parsed, name }];
}

async function choose(
  heroku: HerokuApi,
  app: string,
  candidates: readonly Candidate[],
  addon: string | undefined,
): Promise<Candidate> {
  const [first, second] = candidates;
  if (first === undefined) {
    throw new Failure(
      `the app ${app} has no config var that leads to Sluice: expected one such as HEROKUEVENTS_API_URL, with the value ` +
        'https://…/v1/tenants/<id>, and its HEROKUEVENTS_API_TOKEN',
    );
  }
  if (addon === undefined && second === undefined) return first;
  const byName = (name: string) => candidates.find((candidate) => candidate.name === variableName(name));
  const direct = addon === undefined ? undefined : byName(addon);
  if (direct !== undefined) return direct;
  const attachments = await heroku.attachments(app);
  const ofAddon = attachments.find((attachment) => attachment.addon.name === addon);
  const attached = ofAddon === undefined ? undefined : byName(ofAddon.name);
  if (attached !== undefined) return attached;
  const list = candidates.map((candidate) => described(candidate, attachments)).join(', ');
  throw new UsageFailure(
    addon === undefined
      ? `the app ${app} has several attachments: ${list}: name one with --addon`
      : `--addon: expected one of ${list}, found ${addon}`,
  );
}

function described({ name }: Candidate, attachments: readonly Attachment[]): string {
  const attachment = attachments.find((each) => variableName(each.name) === name);
  return attachment === undefined ? name : `${name} (${attachment.addon.name})`;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
