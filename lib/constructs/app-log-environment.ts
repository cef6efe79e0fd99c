import type { Environment } from '../../src/settings/names.ts';
import type { InstallSettings } from '../install-settings.ts';

/** For the functions that write to the logs of Heroku apps. */
export function appLogEnvironment({
  herokuLogSamples,
  herokuConfigPrefix,
}: Pick<InstallSettings, 'herokuLogSamples' | 'herokuConfigPrefix'>) {
  return {
    ...(herokuLogSamples !== undefined && { HEROKU_LOG_SAMPLES: herokuLogSamples }),
    ...(herokuConfigPrefix !== undefined && { HEROKU_CONFIG_PREFIX: herokuConfigPrefix }),
  } satisfies Environment;
}
