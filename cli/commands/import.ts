import { dirname, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { UsageFailure } from '../lib/failure.ts';
import { applyFlags } from '../lib/setup/apply-flags.ts';
import type { PilotSetup } from '../lib/setup/pilot.ts';
import { SETUP_COMMENT, writeSetup } from '../lib/setup/setup-file.ts';
import { AppCommand } from '../lib/sluice-command.ts';
import { readTextFile } from '../lib/text-file.ts';

const { prune: _prune, ...flagsOfApply } = applyFlags;

export default class Import extends AppCommand {
  static override description =
    'take over what an app had in the Heroku Events pilot: from files with what heroku events:subscriptions --json and heroku events:publications --json printed. ' +
    'Shows the plan, then does it; or writes it as a file for apply, to be completed first. Safe to repeat.';
  static override strict = false;
  static override args = {
    files: Args.string({ required: true, description: 'files with the outputs, in any order' }),
  };
  static override flags = {
    ...flagsOfApply,
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      description: 'write a file for apply instead of changing anything',
      exclusive: ['dry-run', 'json', 'secret-folder'],
    }),
  };
  static override examples = [
    '<%= config.bin %> import subscriptions.json publications.json -o sluice.yaml',
    '<%= config.bin %> import subscriptions.json publications.json -a my-app --dry-run',
  ];

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Import);
    // These modules are large (they include the YAML parser), and every start loads this file for its flags.
    const { pilotSetup } = await import('../lib/setup/pilot.ts');
    const { readSetup } = await import('../lib/setup/read-setup.ts');
    const { setupText } = await import('../lib/setup/setup-text.ts');
    const { applySetup } = await import('../lib/setup/apply-setup.ts');
    const paths = argv.map(String);
    if (new Set(paths).size < paths.length)
      throw new UsageFailure('expected each file once, found one again');
    const pilot = pilotSetup(paths.map((path) => ({ from: path, text: readTextFile(path, 'files') })));
    const text = setupText(pilot.setup, SETUP_COMMENT, pilot.notes);
    this.#tell(pilot, flags.output !== undefined);
    // Check the result like any other file: the pilot may have accepted what Sluice refuses.
    const setup = await readSetup(text, 'what was imported');
    if (flags.output !== undefined) {
      writeSetup(flags.output, text);
      this.logToStderr(
        `Wrote the setup to ${flags.output}. Look at its comments, then: apply ${flags.output} --dry-run`,
      );
      return;
    }
    await applySetup(this.openApp(flags), setup, {
      from: 'what was imported',
      places: {
        readVariable: (name) => this.readVariable(name),
        folder: dirname(resolve(paths[0] ?? '')),
      },
      flags: { ...flags, prune: false },
      output: this,
    });
  }

  #tell({ notes, leftOut }: PilotSetup, isInFile: boolean): void {
    for (const sentence of leftOut) this.logToStderr(`Left out: ${sentence}.`);
    // The file contains the notes as comments.
    if (isInFile) return;
    for (const [title, lines] of notes) this.logToStderr(`${title}: ${lines.join(' ')}`);
  }
}
