import { stringifyJson } from '../../../src/base/json.ts';
import type { DoneStep } from './apply-plan.ts';
import type { Login } from './current.ts';
import type { Change, Plan, Step } from './plan.ts';
import { type Item, titleOf } from './setup.ts';

/** The length of a value in a plan: a mapping may have several pages. */
const VALUE_SHOWN_MAX = 60;

/** The plan for people: one line per resource that differs from the file, and a summary. */
export function planText({ steps, left }: Plan): string {
  const lines = steps.flatMap(stepLines);
  const count = (action: Step['action']) => steps.filter((step) => step.action === action).length;
  const summary = [
    [count('create'), 'to create'],
    [count('change'), 'to change'],
    [count('delete'), 'to delete'],
    [count('wait'), 'waiting'],
    [count('cannot'), 'that cannot be changed'],
    [count('unchanged'), 'unchanged'],
  ] as const;
  const text = summary
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number} ${what}`)
    .join(', ');
  return [
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    text === '' ? 'The file has no resources.' : `Plan: ${text}.`,
    ...(left.length === 0 ? [] : [`Not in the file, and left as they are: ${left.map(titleOf).join(', ')}.`]),
  ].join('\n');
}

const MARKS = { create: '+', change: '~', delete: '-', wait: '…', cannot: '!' } as const;

function stepLines(step: Step): string[] {
  if (step.action === 'unchanged') return [];
  const title = `${MARKS[step.action]} ${titleOf(step.item)}`;
  switch (step.action) {
    case 'create':
      return [step.why === undefined ? title : `${title} (${step.why})`];
    case 'change':
      return [title, ...step.changes.map((change) => `    ${changeText(change)}`)];
    case 'delete':
      return [title];
    case 'wait':
      return [`${title} (waits ${step.why})`];
    case 'cannot':
      return [title, ...step.why.map((why) => `    ${why}`)];
    default:
      return step satisfies never;
  }
}

function changeText({ setting, from, to, secret }: Change): string {
  if (secret !== undefined) {
    return `${setting}: from ${'env' in secret ? `the variable ${secret.env}` : `the file ${secret.file}`}`;
  }
  return `${setting}: ${valueText(from)} → ${valueText(to)}`;
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  const text = typeof value === 'string' ? value.replaceAll(/\s*\n\s*/g, ' ') : stringifyJson(value);
  return text.length > VALUE_SHOWN_MAX ? `${text.slice(0, VALUE_SHOWN_MAX)}…` : text;
}

/** The plan for programs, with the steps that were done. */
export function planJson(
  { steps, left }: Plan,
  done: readonly DoneStep[],
  logins: ReadonlyMap<string, Login>,
): object {
  return {
    steps: steps.map((step) => {
      const result = done.find((each) => each.step === step);
      const address = loginAddressOf(step, done, logins);
      return {
        action: step.action,
        ...itemJson(step.item),
        ...('why' in step && step.why !== undefined && { why: [step.why].flat() }),
        ...(step.action === 'change' && { changes: step.changes.map(changeJson) }),
        done: result !== undefined,
        ...(address !== undefined && { login_address: address }),
        ...result?.shownOnce,
      };
    }),
    left: left.map(itemJson),
  };
}

/** The address at which a person has to log in, for a login that was just started or was already pending. */
export function loginAddressOf(
  step: Step,
  done: readonly DoneStep[],
  logins: ReadonlyMap<string, Login>,
): string | undefined {
  const { item, action } = step;
  if (item.kind !== 'authorization') return undefined;
  const begun = done.find((each) => each.step === step)?.loginAddress;
  return begun ?? (action === 'wait' ? logins.get(item.name)?.address : undefined);
}

function itemJson(item: Item): object {
  return item.kind === 'stream'
    ? { kind: item.kind, source: item.source, target: item.target }
    : { kind: item.kind, name: item.name, platform: item.platform };
}

function changeJson({ setting, from, to, secret }: Change): object {
  return secret === undefined ? { setting, from: from ?? null, to: to ?? null } : { setting, secret };
}
