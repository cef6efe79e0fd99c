import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

/**
 * The secrets of the Heroku add-on are entered here by hand, so that they appear in no template, log or shell history.
 * Until then this holds a random text, which is not a valid add-on, so the add-on is off.
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
