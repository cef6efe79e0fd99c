import { confirmByApp } from '../confirmation.ts';
import { json } from '../display.ts';
import { Failure } from '../failure.ts';
import { withProgress } from '../progress.ts';
import { expectPlaceForSecret } from '../secret-output.ts';
import type { AppApi } from '../sluice-command.ts';
import { SECRET_FOLDER } from './apply-flags.ts';
import {
  applyPlan,
  type DoneStep,
  isSecretLost,
  isToDo,
  madeSecretOf,
  type PreparedPlan,
  preparePlan,
  secretFileOf,
} from './apply-plan.ts';
import { readSecrets, type SecretPlaces } from './secrets.ts';
import { SetupService } from './service.ts';
import { type Setup, titleOf } from './setup.ts';
import { loginAddressOf, planJson, planText } from './show-plan.ts';

/** The flags of the commands that apply a setup. */
export interface ApplyFlags {
  readonly 'dry-run': boolean;
  readonly prune: boolean;
  readonly 'renew-secrets': boolean;
  readonly [SECRET_FOLDER]?: string | undefined;
  readonly confirm?: string | undefined;
  readonly json: boolean;
}

interface Output {
  log(message: string): void;
  logToStderr(message: string): void;
}

/**
 * Shows the plan and carries it out, unless it is a dry run or contains a step that is impossible.
 * @param from the name of the file in messages
 */
export async function applySetup(
  api: AppApi,
  setup: Setup,
  {
    from,
    places,
    flags,
    output,
  }: {
    readonly from: string;
    readonly places: SecretPlaces;
    readonly flags: ApplyFlags;
    readonly output: Output;
  },
): Promise<void> {
  const service = new SetupService(api);
  const options = { prune: flags.prune, renewSecrets: flags['renew-secrets'] };
  const plan = await withProgress(`Comparing ${from} with ${api.app}`, () =>
    preparePlan(service, setup, options, from),
  );
  for (const sentence of plan.unknown) output.logToStderr(`Warning: ${sentence}.`);
  if (!flags.json) output.log(planText(plan));
  const { values, missing } = readSecrets(plan, places);
  if (flags['dry-run']) {
    if (flags.json) output.log(json(planJson(plan, [], plan.logins)));
    for (const sentence of missing) output.logToStderr(`Warning: ${sentence}.`);
    output.logToStderr('A dry run: nothing was changed.');
    refuseWhatCannot(plan);
    return;
  }
  refuseWhatCannot(plan);
  if (missing.length > 0) throw new Failure([...missing, 'Nothing was changed.'].join('\n'));
  warnOfLostSecrets(plan, flags[SECRET_FOLDER], output);
  expectPlaceForSecrets(plan, flags);
  const deletions = plan.steps.filter(({ action }) => action === 'delete');
  if (deletions.length > 0) {
    const affected = `the app ${api.app}: ${deletions.map(({ item }) => titleOf(item)).join(', ')} will be deleted`;
    await confirmByApp(api.app, flags.confirm, async () => {}, affected);
  }
  const done: DoneStep[] = [];
  try {
    await applyPlan(service, plan, { secrets: values, secretFolder: flags[SECRET_FOLDER] }, (step) => {
      done.push(step);
      if (!flags.json) tell(step, output);
    });
  } finally {
    // If the run stopped half-way, this output contains the secrets of the resources created so far.
    if (flags.json) output.log(json(planJson(plan, done, plan.logins)));
  }
  tellRest(plan, done, output);
}

function refuseWhatCannot({ steps }: PreparedPlan): void {
  const those = steps.filter(({ action }) => action === 'cannot');
  if (those.length === 0) return;
  throw new Failure(
    `${those.map(({ item }) => titleOf(item)).join(', ')}: the file has settings that can't be changed once it is made (see the plan). ` +
      'Nothing was changed. Write the settings as they are, or destroy it and apply the file again: that makes it anew, under a new id.',
  );
}

function expectPlaceForSecrets({ steps }: PreparedPlan, flags: ApplyFlags): void {
  const made = steps.flatMap(({ action, item }) => (action === 'create' ? (madeSecretOf(item) ?? []) : []));
  const [first] = made;
  if (first === undefined) return;
  expectPlaceForSecret(first.what, SECRET_FOLDER, flags[SECRET_FOLDER] !== undefined || flags.json);
}

function warnOfLostSecrets({ steps }: PreparedPlan, folder: string | undefined, output: Output): void {
  for (const { action, item } of steps) {
    const file = action === 'unchanged' || action === 'change' ? secretFileOf(item, folder) : undefined;
    if (file === undefined || !isSecretLost(file)) continue;
    output.logToStderr(
      `Warning: ${file} is empty: an earlier run ended before the secret of the ${titleOf(item)} was written. events:publications:rotate-secret makes another.`,
    );
  }
}

function tell({ step, shownOnce, keptIn, notes }: DoneStep, output: Output): void {
  const text = madeSecretOf(step.item)?.text ?? '';
  for (const secret of Object.values(shownOnce ?? {})) {
    output.log(secret);
    output.logToStderr(`${titleOf(step.item)}: ${text} It is shown this once: keep it now.`);
  }
  if (keptIn !== undefined) output.logToStderr(`${titleOf(step.item)}: ${text} It is kept in ${keptIn}.`);
  for (const note of notes) output.logToStderr(`Note: ${note}.`);
}

/** @throws Failure when something waits for a person, because then part of the file is not in effect */
function tellRest(plan: PreparedPlan, done: readonly DoneStep[], output: Output): void {
  const toDo = plan.steps.filter(isToDo);
  const logins = loginsOf(plan, done);
  const waiting = plan.steps.filter(({ action, item }) => action === 'wait' && item.kind !== 'authorization');
  if (toDo.length === 0 && logins.length === 0 && waiting.length === 0) {
    output.logToStderr('Nothing to do: the app is as the file says.');
  }
  if (logins.length === 0 && waiting.length === 0) return;
  // Keep the address out of the error, which would wrap it and make it hard to copy.
  for (const { alias, address } of logins) output.logToStderr(`\nTo log in to ${alias}:\n${address}\n`);
  throw new Failure(
    waiting.length === 0
      ? 'a person has to log in, at the address above in a browser'
      : `a person has to log in, at the address above in a browser. Then apply the file again: ${waiting.map(({ item }) => titleOf(item)).join(', ')} ${waiting.length > 1 ? 'wait' : 'waits'} for it. All else was done.`,
  );
}

function loginsOf(
  { steps, logins }: PreparedPlan,
  done: readonly DoneStep[],
): readonly { readonly alias: string; readonly address: string }[] {
  return steps.flatMap((step) => {
    const address = loginAddressOf(step, done, logins);
    return address === undefined || step.item.kind === 'stream' ? [] : [{ alias: step.item.name, address }];
  });
}
