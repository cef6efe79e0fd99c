import { hostname, userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { Args, Flags } from '@oclif/core';
import { randomText } from '../../../src/base/ids.ts';
import { newSigningSecret, signingSecretFault } from '../../../src/base/signing-secret.ts';
import { PULL_BACKLOG_COUNTED_MAX } from '../../../src/domain/deliveries/pull.ts';
import { quoted } from '../../../src/domain/fields.ts';
import { LISTENED_BY_LENGTH_MAX } from '../../../src/domain/listeners/listener.ts';
import { ApiClient, ApiError } from '../../lib/api-client.ts';
import { keepListenerSecret, keptListenerSecret } from '../../lib/credentials-file.ts';
import type { Destination } from '../../lib/destination.ts';
import { json } from '../../lib/display.ts';
import { EXIT_TAKEN_OVER, Failure, UsageFailure } from '../../lib/failure.ts';
import { Forwarder } from '../../lib/listen/forwarder.ts';
import { JsonView, LinesView } from '../../lib/listen/lines-view.ts';
import { droppedText, Listening } from '../../lib/listen/listening.ts';
import { ListenerService, type Opened, removeListener } from '../../lib/listen/service.ts';
import { TableView } from '../../lib/listen/table-view.ts';
import { countText, type ListenView } from '../../lib/listen/view.ts';
import { withProgress } from '../../lib/progress.ts';
import {
  createWithOwnSecret,
  isSeenByPerson,
  ownSecretFileFlag,
  SECRET_FILE,
} from '../../lib/secret-output.ts';
import { type AppApi, AppCommand } from '../../lib/sluice-command.ts';
import { isQuit, openKeyboard } from '../../lib/terminal.ts';

/** The limits of a webhook publication. */
const TIMEOUT_SECONDS = { default: 15, min: 1, max: 3_600 } as const;
/** The credentials file's key for the secret of unnamed listeners. No listener can have this name. */
const NAMELESS = '*';

export default class Listen extends AppCommand {
  static override description =
    'forward events to a URL of this computer, as a webhook publication would send them: the same body, headers and signature. ' +
    'With a name, what comes while nobody listens is kept for the next time, up to 24 hours; without, the listener goes when the command ends. ' +
    'An event that the receiver does not take is tried again until it does, or is skipped; those behind it wait';
  static override args = {
    name: Args.string({ description: 'name of the listener, to come back to' }),
  };
  static override flags = {
    forward: Flags.string({
      helpValue: 'URL',
      description: 'where the events go, such as http://127.0.0.1:3000/',
    }),
    subscription: Flags.string({
      char: 's',
      multiple: true,
      multipleNonGreedy: true,
      description:
        'listen to this subscription only; may be given several times. Without it, as before, or of a new listener to all',
    }),
    filter: Flags.string({
      char: 'f',
      description: 'Bloblang filter of its streams; an empty one lets every event pass',
    }),
    [SECRET_FILE]: ownSecretFileFlag('the signing secret'),
    timeout: Flags.integer({
      ...{ min: TIMEOUT_SECONDS.min, max: TIMEOUT_SECONDS.max, default: TIMEOUT_SECONDS.default },
      helpValue: 'SECONDS',
      description: 'how long the receiver may take to answer',
    }),
    'skip-after': Flags.integer({
      min: 1,
      max: 1_000,
      helpValue: 'N',
      description: 'skip an event that was not taken in N attempts; without it, it is tried until it is',
    }),
    remove: Flags.boolean({
      description: 'remove the listener of that name; what waits for it is discarded',
      exclusive: ['forward', 'subscription', 'filter', SECRET_FILE, 'skip-after'],
    }),
    json: Flags.boolean({ char: 'j', description: 'output in json format, one object a line' }),
  };
  static override examples = [
    '<%= config.bin %> events:listen ada --forward http://127.0.0.1:3000/hooks -a my-app',
    `<%= config.bin %> events:listen ada --forward http://127.0.0.1:3000/ -s accountChange -f 'root = if this.Amount > 5 { this } else { deleted() }'`,
    '<%= config.bin %> events:listen ada --remove -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Listen);
    if (flags.remove) {
      if (args.name === undefined)
        throw new UsageFailure('--remove: expected the name of the listener, found none');
      return this.#remove(this.openApp(flags), args.name, flags.json);
    }
    const url = forwardUrl(flags.forward);
    const api = this.openApp(flags);
    const secret = await this.#secret(api, args.name, flags[SECRET_FILE]);
    const service = await ListenerService.open(api, args.name ?? `listen-${newSuffix()}`, {
      by: listenedBy(),
      sources: flags.subscription,
      ...(flags.filter !== undefined && { filter: flags.filter === '' ? null : flags.filter }),
      temporary: args.name === undefined,
    });
    const jsonView = flags.json ? new JsonView() : undefined;
    const introduce = () => {
      const { session_id: _, ...opened } = service.opened;
      if (jsonView === undefined) this.#introduce(service.opened, url, secret, flags[SECRET_FILE]);
      else jsonView.write({ kind: 'listening', forward: url.href, secret, ...opened });
    };
    const isInteractive =
      jsonView === undefined && process.stdout.isTTY === true && process.stdin.isTTY === true;
    const view = jsonView ?? (process.stdout.isTTY === true ? new TableView() : new LinesView());
    await this.#listen(service, view, isInteractive, {
      introduce,
      forwarder: new Forwarder(url, secret, flags.timeout * 1_000),
      skipAfter: flags['skip-after'],
    });
  }

  /** The view is drawn while the command waits for the service. */
  protected override makeClient(destination: Destination): ApiClient {
    return new ApiClient(destination, this.config.userAgent, { saysWhenSlow: false });
  }

  async #listen(
    service: ListenerService,
    view: ListenView,
    isInteractive: boolean,
    {
      introduce,
      ...more
    }: {
      readonly introduce: () => void;
      readonly forwarder: Forwarder;
      readonly skipAfter: number | undefined;
    },
  ): Promise<void> {
    const listening = new Listening({ service, view, ...more });
    let interrupts = 0;
    const stop = () => {
      interrupts += 1;
      // A second Ctrl-C ends the command at once.
      if (interrupts > 1) process.exit(130);
      listening.stop();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
    // Only after the handlers are in place: a reader of this output may send a signal, which must end the session as well.
    introduce();
    // The reader closed the pipe, as `head` does.
    process.stdout.on('error', (error: Error) => {
      if (!('code' in error) || error.code !== 'EPIPE') throw error;
      stop();
    });
    const keysEnd = new AbortController();
    view.changed(listening.state);
    const keys = isInteractive ? this.#followKeys(listening, service, view, stop, keysEnd.signal) : undefined;
    try {
      await listening.run();
    } catch (error) {
      throw endingOf(error, service.opened.name);
    } finally {
      keysEnd.abort();
      await keys;
      view.end(listening.state);
      process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
    }
  }

  async #followKeys(
    listening: Listening,
    service: ListenerService,
    view: ListenView,
    stop: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    let keyboard = openKeyboard();
    try {
      while (!signal.aborted) {
        const key = await keyboard.nextKey(signal);
        if (isQuit(key)) stop();
        else if (key === 'p' || key === ' ') listening.pause();
        else if (key === 'r') listening.replay();
        else if (key === 's') listening.skip();
        else if (key === 'f') {
          keyboard.close();
          view.suspend();
          await editFilter(service, view, signal);
          view.resume();
          keyboard = openKeyboard();
        }
      }
    } finally {
      keyboard.close();
    }
  }

  /** The secret from the person's own file, or the one that this computer made when the name was first used. */
  async #secret(api: AppApi, name: string | undefined, file: string | undefined): Promise<string> {
    if (file !== undefined) {
      const { created } = await createWithOwnSecret(
        file,
        SECRET_FILE,
        async (own) => own ?? newSigningSecret(),
        (secret) => secret,
      );
      const fault = signingSecretFault(created);
      if (fault !== undefined) throw new Failure(`--${SECRET_FILE}: ${fault}`);
      return created;
    }
    const { credentials } = api.destination;
    const kept = keptListenerSecret(credentials, api.app, name ?? NAMELESS);
    if (kept !== undefined) return kept;
    const made = newSigningSecret();
    keepListenerSecret(credentials, api.app, name ?? NAMELESS, made);
    return made;
  }

  #introduce(opened: Opened, url: URL, secret: string, file: string | undefined): void {
    const { name, sources, waiting, dropped, temporary, taken_from: taken } = opened;
    const say = (text: string) => this.logToStderr(text);
    if (taken !== undefined) say(`Took over from ${taken.by}, who listened since ${taken.since}.`);
    const filters = new Set(sources.map(({ filter }) => filter));
    const [filter] = filters;
    const names = sources.map((source) => source.name).join(', ');
    say(`${name} forwards ${names === '' ? 'what is published to it' : names} to ${url.href}`);
    if (names === '') {
      say('There is no subscription to listen to yet: it finds those that come when it is started again.');
    }
    if (filters.size > 1) say('Filters: sluice events:streams shows them.');
    else if (typeof filter === 'string') say(`Filter: ${filter}`);
    if (file !== undefined) say(`Signing secret: in ${file}`);
    else if (isSeenByPerson()) say(`Signing secret: ${secret}`);
    else say(`Signing secret: --${SECRET_FILE} FILE keeps it in a file.`);
    say(
      temporary
        ? 'Without a name, it goes when this command ends.'
        : 'What comes while nobody listens is kept for up to 24 hours.',
    );
    if (dropped.count > 0) say(droppedText(dropped.count, name));
    if (waiting > 0) {
      say(
        `${countText(waiting, PULL_BACKLOG_COUNTED_MAX)} ${waiting === 1 ? 'event waits' : 'events wait'}.`,
      );
    }
    say('');
  }

  async #remove(api: AppApi, name: string, asJson: boolean): Promise<void> {
    const removed = await withProgress(`Removing listener ${name}`, () => removeListener(api, name));
    keepListenerSecret(api.destination.credentials, api.app, name, undefined);
    if (asJson) return this.log(json(removed));
    const { waiting } = removed;
    if (waiting > 0) {
      this.logToStderr(
        `${waiting} ${waiting === 1 ? 'event that waited was' : 'events that waited were'} discarded.`,
      );
    }
  }
}

function forwardUrl(text: string | undefined): URL {
  if (text === undefined) {
    throw new UsageFailure('expected --forward URL, such as http://127.0.0.1:3000/, found none');
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageFailure(`--forward: expected a URL such as http://127.0.0.1:3000/, found ${quoted(text)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageFailure('--forward: expected a URL without user and password, found one with them');
  }
  return url;
}

/** A suffix that makes the name unique. */
function newSuffix(): string {
  return randomText(6)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, 'x');
}

function listenedBy(): string {
  return `${userInfo().username}@${hostname()}`.slice(0, LISTENED_BY_LENGTH_MAX);
}

/** Explains to a person what ended the session. */
function endingOf(error: unknown, name: string): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.errorId === 'session-over') {
    const [sentence = ''] = error.message.split('\n', 1);
    return new Failure(`${sentence}: this session has ended`, EXIT_TAKEN_OVER);
  }
  if (error.errorId === 'not-found') {
    return new Failure(
      `the listener ${name} is gone: somebody removed it, or nobody listened for a day. Start it again to go on with what comes from now on`,
    );
  }
  return error;
}

/** Asks for a new filter and offers the current one for editing. */
async function editFilter(service: ListenerService, view: ListenView, signal: AbortSignal): Promise<void> {
  try {
    const [source] = (await service.show()).sources;
    if (source === undefined) {
      view.note('There is no subscription whose events could be filtered.');
      return;
    }
    const before = source.filter ?? '';
    if (before.includes('\n')) {
      view.note('The filter has several lines: edit it with events:streams:update, or give another with -f.');
      return;
    }
    const asked = await askFilter(before, signal);
    if (asked === undefined || asked === before) return;
    // The engine and its library are large, and every start loads this file for its flags.
    const { compileFilter } = await import('../../../src/pipeline/route/filter.ts');
    const compiled = asked === '' ? undefined : compileFilter(asked);
    if (compiled?.ok === false) {
      view.note(`${compiled.message}\nThe filter is as it was.`);
      return;
    }
    await service.changeFilter(asked === '' ? null : asked);
    view.note(
      asked === ''
        ? 'Every event passes from now on.'
        : 'The filter holds for what comes from now on; what waits has passed the one before.',
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    view.note(`${error.message}\nThe filter is as it was.`);
  }
}

/** Undefined when the person cancels with Ctrl-C or Ctrl-D. */
function askFilter(before: string, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    const done = (text: string | undefined) => {
      resolve(text);
      lines.close();
    };
    signal.addEventListener('abort', () => done(undefined), { once: true });
    lines.on('SIGINT', () => done(undefined));
    lines.once('close', () => resolve(undefined));
    lines.question('Filter (empty lets every event pass, Ctrl-D leaves it): ', (text) => done(text.trim()));
    lines.write(before);
  });
}
