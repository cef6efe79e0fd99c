import { noteAwsRequest } from '../telemetry/describe-error.ts';

/** The part of a client that is needed to wrap each of its requests. */
interface Client {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: { input: object }) => Promise<{ response: unknown; output: object }>,
        context: { readonly commandName?: string | undefined },
      ) => (args: { input: object }) => Promise<{ response: unknown; output: object }>,
      options: { readonly step: 'initialize'; readonly name: string; readonly override: boolean },
    ): void;
  };
}

/** The parameters that name a request's resource, by service. Names and addresses only: values may be secret. */
const RESOURCES = ['TableName', 'IndexName', 'QueueUrl', 'KeyId', 'SecretId'] as const;

/**
 * Adds to every error of this client's requests what was requested: an SDK error names neither the action nor the
 * resource, and a network error not even the service.
 * @param service as in policies, e.g. `dynamodb`
 */
export function nameAwsRequests<C extends Client>(client: C, service: string): C {
  client.middlewareStack.add(
    (next, { commandName = 'a request' }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          const action = `${service}:${commandName.replace(/Command$/, '')}`;
          noteAwsRequest(error, { action, resource: resourceOf(args.input) });
          throw error;
        }
      },
    { step: 'initialize', name: 'sluiceNameAwsRequests', override: true },
  );
  return client;
}

function resourceOf(input: object): string | undefined {
  const named = new Map<string, unknown>(Object.entries(input));
  // A batch names its tables as keys.
  const batch = named.get('RequestItems');
  const tables = typeof batch === 'object' && batch !== null ? Object.keys(batch) : [];
  const parts = [...RESOURCES.map((name) => named.get(name)), ...tables].filter(
    (part) => typeof part === 'string',
  );
  return parts.length === 0 ? undefined : parts.join('/index/');
}
