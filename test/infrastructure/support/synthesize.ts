import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventServiceStack } from '../../../lib/event-service-stack.ts';
import { readInstallSettings } from '../../../lib/install-settings.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CODE = fileURLToPath(new URL('../fixtures/function', import.meta.url));

export interface TemplateResource {
  readonly Type: string;
  // The tests assert on the template, so its shape is what they check.
  // biome-ignore lint/suspicious/noExplicitAny: assertions walk into arbitrary CloudFormation
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string | string[];
}

/** The app with cdk.json's feature flags, without the code: bundles have their own tests. */
export function makeApp(context: { readonly [name: string]: string } = {}): {
  app: App;
  stack: EventServiceStack;
} {
  const { context: flags } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  const app = new App({
    context: { ...flags, ...context },
    outdir: mkdtempSync(join(tmpdir(), 'sluice-cdk-')),
  });
  const settings = readInstallSettings(app.node);
  return { app, stack: new EventServiceStack(app, settings.stackName, { settings, bundle: () => CODE }) };
}

const templates = new Map<string, Template>();

/** The template of an installation with these choices. Synthesized once for each set of them. */
export function synthesize(context: { readonly [name: string]: string } = {}): Template {
  const key = JSON.stringify(context);
  const template = templates.get(key) ?? Template.fromStack(makeApp(context).stack);
  templates.set(key, template);
  return template;
}

export function resourcesOf(template: Template): [id: string, resource: TemplateResource][] {
  return Object.entries(template.toJSON()['Resources']);
}

/** The only resource of that type, or the one that `which` selects. */
export function resource(
  template: Template,
  type: string,
  which: (properties: TemplateResource['Properties'], id: string) => boolean = () => true,
): TemplateResource & { readonly id: string } {
  const found = resourcesOf(template).filter(
    ([id, each]) => each.Type === type && which(each.Properties, id),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`expected one ${type}, found ${found.length}: ${found.map(([id]) => id).join(', ')}`);
  }
  return { id: first[0], ...first[1] };
}

/** The function of that name, recognised by the folder after which its construct is named. */
export function functionResource(
  template: Template,
  name: string,
): TemplateResource & { readonly id: string } {
  const word = name.replaceAll('-', '').toLowerCase();
  return resource(template, 'AWS::Lambda::Function', (_, id) =>
    id.toLowerCase().includes(word === 'api' ? 'controlapi' : word),
  );
}

/** What a function's role allows. */
export function statementsOf(template: Template, name: string): TemplateResource['Properties'][] {
  const role = functionResource(template, name).Properties.Role['Fn::GetAtt'][0];
  const policy = resource(template, 'AWS::IAM::Policy', ({ Roles }) => Roles[0].Ref === role);
  return policy.Properties.PolicyDocument.Statement;
}
