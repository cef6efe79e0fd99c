import { Command, Errors, Flags, ux } from '@oclif/core';
import type * as v from 'valibot';
import { type Answer, ApiClient, ApiError, apiPath, expectShape, type Method } from './api-client.ts';
import { type CliEnvironment, type Destination, findDestination } from './destination.ts';
import { EXIT_FAILURE, Failure, UsageFailure } from './failure.ts';
import { inWordsOfFlags, plainUsageMessage } from './messages.ts';
import { visible } from './visible.ts';

const CARET_LINE = /^ *\^$/m;

/** What every command of ours can do: find the service, and speak to it. */
export abstract class SluiceCommand extends Command {
  /** Fields of the API that are given by a flag of another name; others have the flag's name with underscores. */
  static fieldFlags: Readonly<Record<string, string>> = {};

  protected findDestination(): Destination {
    // Here and in `readVariable` the commands read the environment.
    const environment: CliEnvironment = process.env;
    return findDestination(environment, process.cwd(), this.config.configDir);
  }

  /** A variable that the person named, e.g. for a secret. */
  protected readVariable(name: string): string | undefined {
    return process.env[name];
  }

  // What is printed comes from the service, from orgs and from receivers: nothing of it is for the terminal to obey.
  override log(message = ''): void {
    super.log(visible(message));
  }

  override logToStderr(message = ''): void {
    super.logToStderr(visible(message));
  }

  /** oclif wraps and indents what it shows; a caret below a line of source would end up somewhere else. */
  protected override catch(error: Error & { exitCode?: number }): Promise<unknown> {
    if (error instanceof ApiError) error.message = inWordsOfFlags(error.message, this.#fieldFlags());
    else if (error instanceof Errors.CLIError) error.message = plainUsageMessage(error.message);
    error.message = visible(error.message);
    if (!(error instanceof Failure) || !CARET_LINE.test(error.message)) return super.catch(error);
    ux.action.stop('!');
    this.logToStderr(`${error.name}: ${error.message}`);
    throw new Errors.ExitError(EXIT_FAILURE);
  }

  #fieldFlags(): Readonly<Record<string, string>> {
    const { flags } = this.ctor;
    const { fieldFlags } = this.constructor as typeof SluiceCommand;
    const own = Object.keys(flags).map((name) => [name.replaceAll('-', '_'), name]);
    return { ...Object.fromEntries(own), ...fieldFlags };
  }

  protected makeClient(destination: Destination): ApiClient {
    return new ApiClient(destination, this.config.userAgent);
  }
}

/** The flag of everything that lists or shows. */
export const jsonFlag = Flags.boolean({ char: 'j', description: 'output in json format' });

/** The flag of everything that creates. */
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
      description:
        'git remote of app to use (taken for compatibility; without the Heroku platform it is not used)',
    }),
  };

  protected openApp(flags: { readonly app?: string | undefined }): AppApi {
    const destination = this.findDestination();
    const app = flags.app ?? destination.app;
    if (app === undefined) {
      throw new UsageFailure('expected an app: name it with --app, or set SLUICE_APP');
    }
    return new AppApi(app, destination, this.makeClient(destination));
  }
}

/** The management API under one app. */
export class AppApi {
  /** As the person named it: a name, or an id. */
  readonly app: string;
  readonly destination: Destination;
  readonly client: ApiClient;

  constructor(app: string, destination: Destination, client: ApiClient) {
    this.app = app;
    this.destination = destination;
    this.client = client;
  }

  /** `path` begins after the app's own. */
  request(method: Method, path: string, body?: object): Promise<unknown> {
    return this.client.request(method, `${apiPath`/tenants/${this.app}`}${path}`, body);
  }

  /** As `request`, with headers of its own. */
  exchange(
    method: Method,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    return this.client.exchange(method, `${apiPath`/tenants/${this.app}`}${path}`, body, headers);
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
