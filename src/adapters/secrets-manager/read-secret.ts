import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { nameAwsRequests } from '../name-aws-requests.ts';

/** Reads the text of a secret. The client is created on demand: most processes never read one. */
export async function readSecret(arn: string): Promise<string> {
  const client = nameAwsRequests(new SecretsManagerClient(), 'secretsmanager');
  try {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (text === undefined) throw new Error(`expected text in the secret ${arn}, found binary data`);
    return text.trim();
  } finally {
    client.destroy();
  }
}
