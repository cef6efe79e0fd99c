import type { AllowedTargetCheck, AllowedTargets } from '../domain/publications/allowed-targets.ts';
import type { AllowedTargetList } from '../settings/allowed-targets.ts';

/** The list of allowed targets that was deployed. */
export class ListedTargets implements AllowedTargets {
  readonly #list: AllowedTargetList;

  constructor(list: AllowedTargetList) {
    this.#list = list;
  }

  check(appId: string, arn: string): AllowedTargetCheck {
    if (this.#list === 'any') return { ok: true };
    const named = this.#list.filter((each) => each.arn === arn);
    if (named.some(({ appIds }) => appIds === undefined || appIds.includes(appId))) return { ok: true };
    // The message names no other entry of the list: an app is not told what other apps may use.
    const [what, entry] =
      named.length === 0
        ? ['to which this installation may send', arn]
        : ['which this app may use', `${arn}=…|${appId}`];
    return {
      ok: false,
      message: `expected an ARN ${what}, found ${JSON.stringify(arn)}: whoever deploys the installation adds it to the setting allowedTargets, and deploys again (cdk deploy -c allowedTargets=<what is there already>,${entry})`,
    };
  }
}
