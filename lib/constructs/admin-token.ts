import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

/** As many characters as a token of 256 bits has in base64url; of 62 letters and digits they are worth 256 bits too. */
const RANDOM_LENGTH = 43;

/** The first administration token, made by AWS at deploy time: it is in no template, no log and no asset. */
export class AdminToken extends Construct {
  readonly secretArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // Secrets Manager can't put a prefix before what it generates; so it generates the random part, and CloudFormation
    // writes it behind the prefix into the secret that people and the service read.
    const random = new secretsmanager.Secret(this, 'Random', {
      description: 'The random part of the first administration token',
      generateSecretString: { passwordLength: RANDOM_LENGTH, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const token = new secretsmanager.Secret(this, 'Token', {
      description: 'The first administration token',
      // A reference that CloudFormation resolves; what is unwrapped here is the reference.
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
