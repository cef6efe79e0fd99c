import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

/** The length of a 256-bit token in base64url. That many letters and digits (62 symbols) also carry 256 bits. */
const RANDOM_LENGTH = 43;

/** The first administration token. AWS generates it at deploy time, so it appears in no template, log or asset. */
export class AdminToken extends Construct {
  readonly secretArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // Secrets Manager cannot put a prefix before the string it generates. It therefore generates only the random part, and
    // CloudFormation writes prefix and random part into the secret that people and the service read.
    const random = new secretsmanager.Secret(this, 'Random', {
      description: 'The random part of the first administration token',
      generateSecretString: { passwordLength: RANDOM_LENGTH, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const token = new secretsmanager.Secret(this, 'Token', {
      description: 'The first administration token',
      // This unwraps only a reference; CloudFormation resolves it.
      secretStringValue: SecretValue.unsafePlainText(`slc_adm_${random.secretValue.unsafeUnwrap()}`),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const secret of [random, token]) {
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason:
          'The token is for the first login only: its owner makes tokens of their own with the CLI and withdraws this one, which a rotation would not do.',
      });
    }
    this.secretArn = token.secretArn;
  }

  allowRead(reader: ServiceFunction): void {
    reader.allow(['secretsmanager:GetSecretValue'], [this.secretArn]);
  }
}
