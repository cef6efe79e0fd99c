import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ux } from '@oclif/core';
import * as v from 'valibot';
import { publishLoginOf, publishUrl as urlWithLogin } from '../../src/domain/apps/publish-url.ts';
import { Failure } from './failure.ts';

/** The file in which this computer keeps the publish URLs that it saw: they are shown once. */
export interface CredentialsFile {
  readonly path: string;
  /**
   * Of the local run, whose port may be another at each start: what is kept is the user and the password, as the run does
   * for its demo app. Undefined for other installations: their URLs are kept whole.
   */
  readonly localOrigin: string | undefined;
}

/** By app name. */
const Credentials = v.record(
  v.string(),
  v.looseObject({
    publishUrl: v.optional(v.string()),
    user: v.optional(v.string()),
    password: v.optional(v.string()),
  }),
);

export function keptPublishUrl({ path, localOrigin }: CredentialsFile, app: string): string | undefined {
  const { publishUrl, user, password } = read(path)[app] ?? {};
  if (localOrigin === undefined) return publishUrl;
  if (user === undefined || password === undefined) return undefined;
  return urlWithLogin(localOrigin, { user, password });
}

export function keepPublishUrl(
  { path, localOrigin }: CredentialsFile,
  app: string,
  publishUrl: string,
): void {
  write(path, {
    ...read(path),
    [app]: localOrigin === undefined ? { publishUrl } : publishLoginOf(publishUrl),
  });
}

export function forgetPublishUrl({ path }: CredentialsFile, app: string): void {
  const { [app]: forgotten, ...others } = read(path);
  if (forgotten !== undefined) write(path, others);
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

/** It was written for its owner only: somebody has copied it, or opened it. Windows has no such modes. */
function closeToOthers(file: string): void {
  const { mode } = statSync(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  chmodSync(file, mode & 0o700);
  ux.warn(`Other users could read ${file}: it is for you only now.`);
}

function write(file: string, credentials: object): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Renamed into place, so that a crash leaves the old file or the new one.
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
