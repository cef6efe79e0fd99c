import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleFunction } from '../lib/bundle.ts';
import { EventServiceStack } from '../lib/event-service-stack.ts';
import { InstallSettingsError, readInstallSettings } from '../lib/install-settings.ts';

const app = new App();
// Synthesis fails on any finding that is not suppressed with a reason.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
try {
  const settings = readInstallSettings(app.node);
  new EventServiceStack(app, settings.stackName, {
    settings,
    bundle: (name) => bundleFunction(name).directory,
  });
} catch (error) {
  if (!(error instanceof InstallSettingsError)) throw error;
  // The message is for the person who typed the command; a stack trace would not help.
  console.error(error.message);
  process.exit(1);
}
