import type { FunctionDefinition } from '../definition.ts';

const ROWS = [
  { part: 'label', field: 'sourceLabel' },
  { part: 'name', field: 'sourceName' },
  { part: 'path', field: 'sourcePath' },
] as const;

export const errorSource: readonly FunctionDefinition[] = ROWS.map(({ part, field }) => ({
  kind: 'function',
  name: `error_source_${part}`,
  tier: 'extended',
  status: 'stable',
  category: 'Message Info',
  description: `Gives the ${part} of the step on which the message failed, or null.`,
  parameters: [],
  prepare: () => (scope) => scope.run.message.failure?.[field] ?? null,
  examples: [{ mapping: `root = error_source_${part}()`, input: '{}', output: 'null' }],
}));
