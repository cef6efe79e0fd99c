import { Flags } from '@oclif/core';
import { confirmFlag, jsonFlag } from '../sluice-command.ts';

/** The flag that names the folder for secrets that are shown once. */
export const SECRET_FOLDER = 'secret-folder';

/** The flags of the commands that apply a setup to an app. */
export const applyFlags = {
  'dry-run': Flags.boolean({ description: 'show the plan and change nothing' }),
  prune: Flags.boolean({ description: 'delete what is not in the file, after a confirmation' }),
  'renew-secrets': Flags.boolean({
    description:
      'set the secrets again where they are set: whether they are the same cannot be seen. Signing secrets have events:publications:rotate-secret',
  }),
  [SECRET_FOLDER]: Flags.string({
    helpValue: 'FOLDER',
    description:
      'folder for signing secrets, a file NAME.signing_secret each, which only you can read; one that is there is used',
  }),
  confirm: confirmFlag,
  json: jsonFlag,
};
