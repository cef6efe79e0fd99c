import { styleText } from 'node:util';
import { Command, Errors, Flags, type Interfaces, ux } from '@oclif/core';
import type * as v from 'valibot';
import { type Answer, ApiClient, ApiError, apiPath, expectShape, type Method } from './api-client.ts';
import {
  type CliEnvironment,
  type Destination,
  findDestination,
  isNamedByEnvironment,
} from './destination.ts';
import { EXIT_FAILURE, EXIT_USAGE, Failure, UsageFailure } from './failure.ts';
import { appOfGitRemotes } from './heroku/git-remotes.ts';
import { HerokuApi } from './heroku/heroku-api.ts';
import { herokuDestination } from './heroku/heroku-destination.ts';
import { herokuToken } from './heroku/heroku-login.ts';
import { findLocalRun } from './local-run.ts';
import { inWordsOfFlags, plainUsageMessage } from './messages.ts';
import { visible } from './visible.ts';

/** The host CLI in which apps are Heroku's. */
const HEROKU = 'heroku';
const CARET_LINE = /^ *\^$/m;

/** The base of all our commands: finds the service and calls it. */
export abstract class SluiceCommand extends Command {
  /** The flags of API fields whose names differ. Other fields have the flag's name with underscores. */
  static fieldFlags: Readonly<Record<string, string>> = {};

  protected findDestination(): Destination {
    return findDestination(this.environment, process.cwd(), this.config.configDir);
  }

  protected get environment(): CliEnvironment {
    // Commands read the environment only here and in `readVariable`.
    return process.env;
  }

  /** oclif would read a missing argument from stdin, which holds other input or never ends. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    for (const arg of Object.values(this.ctor.args)) arg.ignoreStdin = true;
    return super.parse(options, argv);
  }

  /** Reads a variable that the person named, e.g. for a secret. */
  protected readVariable(name: string): string | undefined {
    return process.env[name];
  }

  // Output contains text from the service, orgs and receivers, so the terminal must not interpret control characters in
  // it.
  override log(message = ''): void {
    super.log(emphasized(visible(message)));
  }

  override logToStderr(message = ''): void {
    super.logToStderr(visible(message));
  }

  /** oclif wraps and indents messages, which would misplace a caret below a line of source. */
  protected override catch(error: Error & { exitCode?: number }): Promise<unknown> {
    if (error instanceof ApiError) error.message = inWordsOfFlags(error.message, this.#fieldFlags());
    else if (isOfTheParser(error)) {
      const { flags, args } = this.ctor;
      const shown = Object.values({ ...flags, ...this.ctor.baseFlags }).flatMap(({ name, hidden }) =>
        hidden ? [] : [name],
      );
      error.message = `${plainUsageMessage(error.message, { flags: shown, args })}\n${this.#whereHelpIs()}`;
      // The complete help would bury the error.
      error.showHelp = false;
    }
    error.message = visible(error.message);
    if (!(error instanceof Failure) || !CARET_LINE.test(error.message)) return super.catch(error);
    ux.action.stop('!');
    this.logToStderr(`${error.name}: ${error.message}`);
    throw new Errors.ExitError(EXIT_FAILURE);
  }

  #whereHelpIs(): string {
    return `${this.config.bin} ${this.id ?? ''} --help shows what it takes.`;
  }

  #fieldFlags(): Readonly<Record<string, string>> {
    const { flags } = this.ctor;
    const { fieldFlags } = this.constructor as typeof SluiceCommand;
    // `flags` is undefined for a command that declares none.
    const own = Object.keys({ ...flags }).map((name) => [name.replaceAll('-', '_'), name]);
    return { ...Object.fromEntries(own), ...fieldFlags };
  }

  protected makeClient(destination: Destination): ApiClient {
    return new ApiClient(destination, this.config.userAgent);
  }
}

/** Whether oclif's parser found the error; our own errors are Failures. */
function isOfTheParser(error: Error): error is Errors.CLIError & { showHelp?: boolean } {
  return error instanceof Errors.CLIError && !(error instanceof Failure) && error.oclif.exit === EXIT_USAGE;
}

/** Prints titles in bold on a terminal, unless NO_COLOR is set. */
function emphasized(text: string): string {
  return text.replaceAll(/^=== .*$/gm, (title) => styleText('bold', title, { stream: process.stdout }));
}

/** The flag of all commands that list or show. */
export const jsonFlag = Flags.boolean({ char: 'j', description: 'output in json format' });

/** The flag of all commands that create. */
export const createdJsonFlag = Flags.boolean({
  char: 'j',
  description: 'output what was created in json format',
});

export const confirmFlag = Flags.string({
  char: 'c',
  description: 'name of the app, to confirm without being asked',
  helpValue: 'APP',
});

/** A command on one app's resources. */
export abstract class AppCommand extends SluiceCommand {
  static override baseFlags = {
    app: Flags.string({ char: 'a', description: 'app to run command against' }),
    remote: Flags.string({
      char: 'r',
      description: 'git remote of app to use, in the Heroku CLI; elsewhere taken and not used',
    }),
    addon: Flags.string({
      description: 'attachment or add-on to use, in the Heroku CLI, where the app has several',
      helpValue: 'NAME',
    }),
  };

  #onHeroku: Destination | undefined;

  /** In the Heroku CLI, asks Heroku for the address of the service, once the flags tell the app. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    if (this.config.bin === HEROKU && !isNamedByEnvironment(this.environment)) {
      this.#onHeroku = await this.#askHeroku(parsed.flags);
    }
    return parsed;
  }

  /** Undefined when only a local run can be meant. */
  async #askHeroku(flags: Readonly<Record<string, unknown>>): Promise<Destination | undefined> {
    const { HEROKU_APP, HEROKU_API_KEY, HEROKU_HOST, HEROKU_EVENTS_ADDON } = this.environment;
    const text = (flag: unknown) => (typeof flag === 'string' ? flag : undefined);
    const app = text(flags['app']) ?? HEROKU_APP ?? appOfGitRemotes(text(flags['remote']));
    const hasLocalRun = () => findLocalRun(process.cwd(), undefined) !== undefined;
    if (app === undefined) {
      if (hasLocalRun()) return undefined;
      throw new UsageFailure('expected an app: name it with --app or --remote');
    }
    const token = await herokuToken(this.config, HEROKU_API_KEY);
    if (token === undefined) {
      if (hasLocalRun()) return undefined;
      throw new Failure('expected a Heroku login, to ask the app where its Sluice is: heroku login');
    }
    const heroku = new HerokuApi(token, HEROKU_HOST, this.config.userAgent);
    const addon = text(flags['addon']) ?? HEROKU_EVENTS_ADDON;
    return herokuDestination(heroku, app, addon, token, this.config.configDir);
  }

  protected override findDestination(): Destination {
    return this.#onHeroku ?? super.findDestination();
  }

  protected openApp(flags: { readonly app?: string | undefined }): AppApi {
    const destination = this.findDestination();
    const app = destination.shownAs ?? flags.app ?? destination.app;
    if (app === undefined) {
      throw new UsageFailure('expected an app: name it with --app, or set SLUICE_APP');
    }
    return new AppApi(app, destination, this.makeClient(destination));
  }
}

/** The management API under one app. */
export class AppApi {
  /** The name or the id that the person gave. */
  readonly app: string;
  readonly #tenant: string;
  readonly destination: Destination;
  readonly client: ApiClient;

  constructor(app: string, destination: Destination, client: ApiClient) {
    this.app = app;
    // On Heroku the app has another name; its config var tells its name in Sluice.
    this.#tenant = (destination.shownAs === undefined ? undefined : destination.app) ?? app;
    this.destination = destination;
    this.client = client;
  }

  /** @param path the part after the app's own path */
  request(method: Method, path: string, body?: object): Promise<unknown> {
    return this.client.request(method, `${apiPath`/tenants/${this.#tenant}`}${path}`, body);
  }

  /** Like `request`, with additional headers. */
  exchange(
    method: Method,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    return this.client.exchange(method, `${apiPath`/tenants/${this.#tenant}`}${path}`, body, headers, signal);
  }

  async get<const S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
    return expectShape(schema, await this.request('GET', path), `GET ${path}`);
  }

  async post<const S extends v.GenericSchema>(
    path: string,
    body: object,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    return expectShape(schema, await this.request('POST', path, body), `POST ${path}`);
  }
}
