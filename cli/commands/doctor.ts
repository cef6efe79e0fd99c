import { Errors, Flags } from '@oclif/core';
import { json } from '../lib/display.ts';
import { AwsAccount, type InstalledStack, missingPackages } from '../lib/doctor/aws-account.ts';
import { awsChecks } from '../lib/doctor/aws-checks.ts';
import { type Check, guarded, ok, problem } from '../lib/doctor/check.ts';
import { machineChecks } from '../lib/doctor/machine-checks.ts';
import { serviceChecks } from '../lib/doctor/service-checks.ts';
import { EXIT_FAILURE, Failure } from '../lib/failure.ts';
import { jsonFlag, SluiceCommand } from '../lib/sluice-command.ts';
import { askLine } from '../lib/terminal.ts';

/** One alarm per topic. Both return to their true state at the next evaluation. */
const RUNG = ['DeliveryOutage', 'DeliveriesGivenUp'];

const STACK_DEFAULT = 'Sluice';

export default class Doctor extends SluiceCommand {
  static override description =
    'check an installation: this machine, its API, its apps and their orgs, an event through every hop; with --aws also what only AWS knows. ' +
    'Exits with 1 when something is wrong';
  static override flags = {
    aws: Flags.boolean({
      description: 'ask AWS as well, by the credentials and the region of the AWS CLI',
    }),
    stack: Flags.string({
      description: `name of the stack, where it is not ${STACK_DEFAULT}`,
      helpValue: 'NAME',
      dependsOn: ['aws'],
    }),
    ring: Flags.boolean({
      description: 'set an alarm of each topic off, and ask whether somebody heard it',
      dependsOn: ['aws'],
    }),
    json: jsonFlag,
  };
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --aws --ring'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    if (flags.aws) this.#expectAwsPackages();
    const destination = this.findDestination();
    const checks = [
      ...(await machineChecks(destination.apiUrl, destination.localRun)),
      ...(await serviceChecks(this.makeClient(destination), destination.apiUrl)),
    ];
    if (flags.aws === true)
      checks.push(...(await this.#aws(flags.stack ?? STACK_DEFAULT, flags.ring === true)));
    if (flags.json) this.log(json(checks));
    else for (const check of checks) this.log(lineOf(check));
    if (checks.some(({ outcome }) => outcome === 'problem')) throw new Errors.ExitError(EXIT_FAILURE);
  }

  #expectAwsPackages(): void {
    const missing = missingPackages();
    if (missing.length === 0) return;
    throw new Failure(
      '--aws needs packages that are not installed with the command: ' +
        `npm install --global ${missing.map((name) => `${name}@3`).join(' ')}`,
    );
  }

  async #aws(stackName: string, ring: boolean): Promise<readonly Check[]> {
    const account = new AwsAccount();
    let stack: InstalledStack;
    try {
      stack = await account.stack(stackName);
    } catch (error) {
      throw new Failure(
        `cannot read the stack ${stackName} (${error instanceof Error ? error.message : String(error)}): ` +
          'check the credentials and the region of the AWS CLI, and name the stack with --stack',
      );
    }
    const checks = await awsChecks(account, stack, this.config.version);
    return ring ? [...checks, ...(await this.#ring(account, stack))] : checks;
  }

  #ring(account: AwsAccount, stack: InstalledStack): Promise<readonly Check[]> {
    return guarded('ring', 'The credentials need cloudwatch:SetAlarmState.', async () => {
      const alarms = (await account.alarms(stack)).filter(({ id }) => RUNG.includes(id));
      for (const alarm of alarms)
        await account.ring(alarm, 'A test by sluice doctor --ring: nothing is wrong');
      const names = alarms.map(({ id }) => id).join(' and ');
      const answer = await askLine(`${names} ring now. Did both reach a person? [y/N] `);
      return [
        /^y(es)?$/i.test(answer)
          ? ok('ring', `${names} were heard`)
          : problem(
              'ring',
              `${names} rang, and nobody said that they heard it`,
              'Subscribe to WakeTopicArn and TomorrowTopicArn (outputs of the stack), and confirm the subscriptions.',
            ),
      ];
    });
  }
}

function lineOf({ name, outcome, found, whatToDo }: Check): string {
  const line = `${outcome === 'ok' ? 'ok     ' : 'PROBLEM'}  ${name}: ${found}`;
  return whatToDo === undefined ? line : `${line}\n         → ${whatToDo}`;
}
