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
  // The template is what the tests assert on: its shape is the thing in question.
  // biome-ignore lint/suspicious/noExplicitAny: assertions walk into arbitrary CloudFormation
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string | string[];
}

/** The app with the feature flags of cdk.json, without the code: bundles have tests of their own. */
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

/** The template of an installation with these choices. Made once for each set of them. */
export function synthesize(context: { readonly [name: string]: string } = {}): Template {
  const key = JSON.stringify(context);
  const template = templates.get(key) ?? Template.fromStack(makeApp(context).stack);
  templates.set(key, template);
  return template;
}

export function resourcesOf(template: Template): [id: string, resource: TemplateResource][] {
  return Object.entries(template.toJSON()['Resources']);
}

/** The one resource of that type, or the one that `which` picks. */
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

/** The function of that name, which is known by the folder that its construct is named after. */
export function functionResource(
  template: Template,
  name: string,
): TemplateResource & { readonly id: string } {
  const word = name.replaceAll('-', '').toLowerCase();
  return resource(template, 'AWS::Lambda::Function', (_, id) =>
    id.toLowerCase().includes(word === 'api' ? 'controlapi' : word),
  );
}

/** What the role of a function allows. */
export function statementsOf(template: Template, name: string): TemplateResource['Properties'][] {
  const role = functionResource(template, name).Properties.Role['Fn::GetAtt'][0];
  const policy = resource(template, 'AWS::IAM::Policy', ({ Roles }) => Roles[0].Ref === role);
  return policy.Properties.PolicyDocument.Statement;
}
