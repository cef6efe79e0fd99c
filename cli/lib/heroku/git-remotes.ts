import { execFileSync } from 'node:child_process';
import { UsageFailure } from '../failure.ts';

const HEROKU_REMOTE =
  /^(?<remote>\S+)\t(?:https:\/\/git\.heroku\.com\/|(?:ssh:\/\/)?git@heroku\.com[:/])(?<app>[\w-]+)\.git \(fetch\)$/;

/**
 * The Heroku app to which this folder's git repository is deployed, found as the Heroku CLI does: by `remote`, or by
 * the only remote that is Heroku's. Undefined where there is none.
 */
export function appOfGitRemotes(remote: string | undefined): string | undefined {
  const wanted = remote ?? git('config', 'heroku.remote')?.trim();
  const remotes = (git('remote', '-v') ?? '').split('\n').flatMap((line) => {
    const { groups } = HEROKU_REMOTE.exec(line) ?? {};
    return groups?.['app'] === undefined ? [] : [{ name: groups['remote'] ?? '', app: groups['app'] }];
  });
  const found = wanted === undefined ? remotes : remotes.filter(({ name }) => name === wanted);
  const apps = new Set(found.map(({ app }) => app));
  if (apps.size > 1) {
    const list = found.map(({ name, app }) => `${app} (${name})`).join(', ');
    throw new UsageFailure(
      `expected an app, found git remotes of several: ${list}: name one with --app or --remote`,
    );
  }
  if (remote !== undefined && apps.size === 0) {
    throw new UsageFailure(
      `--remote: expected a git remote of a Heroku app, found none that is called ${remote}`,
    );
  }
  return [...apps][0];
}

function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // Git, the repository or the configuration is missing; in each case no remote names an app.
    return undefined;
  }
}
