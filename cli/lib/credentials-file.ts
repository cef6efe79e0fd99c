import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ux } from '@oclif/core';
import * as v from 'valibot';
import { publishLoginOf, publishUrl as urlWithLogin } from '../../src/domain/apps/publish-url.ts';
import { Failure } from './failure.ts';

/** The file in which this computer stores the publish and subscribe URLs that it saw, as they are shown only once. */
export interface CredentialsFile {
  readonly path: string;
  /**
   * The origin of a local run, whose port may change at each start: the file stores only user and password, as the run
   * does for its demo app. Undefined for other installations, whose URLs are stored whole.
   */
  readonly localOrigin: string | undefined;
}

/** Credentials by app name. */
const Credentials = v.record(
  v.string(),
  v.looseObject({
    publishUrl: v.optional(v.string()),
    user: v.optional(v.string()),
    password: v.optional(v.string()),
    subscribeUrl: v.optional(v.string()),
    subscribeUser: v.optional(v.string()),
    subscribePassword: v.optional(v.string()),
    /** The signing secrets of this computer, by the name of the listener. */
    listenerSecrets: v.optional(v.record(v.string(), v.string())),
  }),
);

/** Which of an app's two URLs. */
export type UrlUse = 'publish' | 'subscribe';

export function keptUrl(
  { path, localOrigin }: CredentialsFile,
  app: string,
  use: UrlUse,
): string | undefined {
  const entry = read(path)[app] ?? {};
  const { url, user, password } =
    use === 'publish'
      ? { url: entry.publishUrl, user: entry.user, password: entry.password }
      : { url: entry.subscribeUrl, user: entry.subscribeUser, password: entry.subscribePassword };
  if (localOrigin === undefined) return url;
  if (user === undefined || password === undefined) return undefined;
  return urlWithLogin(localOrigin, { user, password });
}

/** Stores the URLs that are given and leaves the others unchanged. */
export function keepUrls(
  { path, localOrigin }: CredentialsFile,
  app: string,
  urls: { readonly [U in UrlUse]?: string | undefined },
): void {
  const kept = read(path);
  const entry = { ...kept[app] };
  if (urls.publish !== undefined) {
    if (localOrigin === undefined) entry.publishUrl = urls.publish;
    else Object.assign(entry, publishLoginOf(urls.publish));
  }
  if (urls.subscribe !== undefined) {
    if (localOrigin === undefined) entry.subscribeUrl = urls.subscribe;
    else Object.assign(entry, subscribeLogin(urls.subscribe));
  }
  write(path, { ...kept, [app]: entry });
}

function subscribeLogin(url: string): { readonly subscribeUser: string; readonly subscribePassword: string } {
  const { user, password } = publishLoginOf(url);
  return { subscribeUser: user, subscribePassword: password };
}

export function keptListenerSecret(
  { path }: CredentialsFile,
  app: string,
  listener: string,
): string | undefined {
  const { listenerSecrets = {} } = read(path)[app] ?? {};
  return Object.hasOwn(listenerSecrets, listener) ? listenerSecrets[listener] : undefined;
}

/** Stores the secret of a listener, or deletes it if the secret is undefined. */
export function keepListenerSecret(
  { path }: CredentialsFile,
  app: string,
  listener: string,
  secret: string | undefined,
): void {
  const kept = read(path);
  const { [listener]: former, ...others } = kept[app]?.listenerSecrets ?? {};
  if (former === secret) return;
  const listenerSecrets = secret === undefined ? others : { ...others, [listener]: secret };
  write(path, { ...kept, [app]: { ...kept[app], listenerSecrets } });
}

export function forgetUrls({ path }: CredentialsFile, app: string): void {
  const { [app]: forgotten, ...others } = read(path);
  if (forgotten !== undefined) write(path, others);
}

/** Deletes the stored URL with these credentials, whichever use it is for. */
export function forgetUrlOf(file: CredentialsFile, app: string, user: string): void {
  const { [app]: entry, ...others } = read(file.path);
  if (entry === undefined) return;
  const isOf = (use: UrlUse) => {
    const url = keptUrl(file, app, use);
    return url !== undefined && new URL(url).username === user;
  };
  const {
    publishUrl,
    user: publisher,
    password,
    subscribeUrl,
    subscribeUser,
    subscribePassword,
    ...rest
  } = entry;
  const left = {
    ...rest,
    ...(isOf('publish') ? {} : { publishUrl, user: publisher, password }),
    ...(isOf('subscribe') ? {} : { subscribeUrl, subscribeUser, subscribePassword }),
  };
  const isEmpty = Object.values(left).every((value) => value === undefined);
  write(file.path, isEmpty ? others : { ...others, [app]: left });
}

function read(file: string): v.InferOutput<typeof Credentials> {
  let text: string;
  try {
    closeToOthers(file);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  try {
    return v.parse(Credentials, JSON.parse(text));
  } catch {
    throw new Failure(`${file} is not a credentials file: mend it, or move it away`);
  }
}

/** Closes the file to other users again, in case a copy or a chmod opened it. Windows has no such modes. */
function closeToOthers(file: string): void {
  const { mode } = statSync(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  chmodSync(file, mode & 0o700);
  ux.warn(`Other users could read ${file}: it is for you only now.`);
}

function write(file: string, credentials: object): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Rename the new file into place, so that a crash leaves either the old file or the new one.
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
