import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

/**
 * Where the secrets of the Heroku add-on are put by hand, so that they are in no template, log or shell history. Until then it holds a
 * random text, which is no add-on, and the add-on is off.
 */
export class HerokuAddonSecret extends Construct {
  readonly secretArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const secret = new secretsmanager.Secret(this, 'Addon', {
      description: 'The Heroku add-on: the file that `sluice addon:manifest` has written',
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        "Heroku has the same secrets: its owner changes them there and here, by a new manifest and in Heroku's Partner Portal.",
    });
    this.secretArn = secret.secretArn;
  }

  allowRead(reader: ServiceFunction): void {
    reader.allow(['secretsmanager:GetSecretValue'], [this.secretArn]);
  }
}
