import { RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

/** The key that encrypts refresh tokens, client secrets and signing secrets. */
export class SecretKey extends Construct {
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly stackName: string; readonly throwAway: boolean },
  ) {
    super(scope, id);
    const key = new kms.Key(this, 'Key', {
      description: `Secrets that ${props.stackName} keeps for its apps`,
      enableKeyRotation: true,
      // Without the key, the encrypted values in the table are unreadable. The key is therefore retained when the stack is
      // deleted, unless its first deployment failed and nothing was encrypted yet.
      removalPolicy: props.throwAway ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.arn = key.keyArn;
  }

  /** Allows only ciphertexts that are bound to an app and one of its resources, as `SecretBox` makes them. */
  allow(user: ServiceFunction, actions: readonly ('Encrypt' | 'Decrypt')[]): void {
    user.allow(
      actions.map((action) => `kms:${action}`),
      [this.arn],
      { Null: { 'kms:EncryptionContext:appId': 'false', 'kms:EncryptionContext:resourceId': 'false' } },
    );
  }
}
