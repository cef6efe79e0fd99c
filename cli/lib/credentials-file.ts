import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { Failure } from './failure.ts';

/** By app name. The local host writes its demo app's entry in the same form. */
const Credentials = v.record(v.string(), v.looseObject({ publishUrl: v.optional(v.string()) }));

export function keptPublishUrl(file: string, app: string): string | undefined {
  return read(file)[app]?.publishUrl;
}

export function keepPublishUrl(file: string, app: string, publishUrl: string): void {
  const credentials = read(file);
  write(file, { ...credentials, [app]: { ...credentials[app], publishUrl } });
}

export function forgetPublishUrl(file: string, app: string): void {
  const { [app]: forgotten, ...others } = read(file);
  if (forgotten !== undefined) write(file, others);
}

function read(file: string): v.InferOutput<typeof Credentials> {
  let text: string;
  try {
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

function write(file: string, credentials: object): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Renamed into place, so that a crash leaves the old file or the new one.
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
