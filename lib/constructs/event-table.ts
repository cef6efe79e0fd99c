import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import {
  TABLE_BILLING_MODE,
  TABLE_INDEXES,
  TABLE_KEYS,
  TABLE_TTL_ATTRIBUTE,
  type TableIndex,
} from '../../src/settings/table.ts';
import type { InstallSettings } from '../install-settings.ts';
import type { ServiceFunction } from './service-function.ts';

const ATTRIBUTE_TYPES = { S: dynamodb.AttributeType.STRING, N: dynamodb.AttributeType.NUMBER } as const;

/** The actions that the stores use on the table itself. */
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem';

/** The one table. It holds everything that must outlive a queue. */
export class EventTable extends Construct {
  readonly name: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, settings: Pick<InstallSettings, 'tableName' | 'throwAway'>) {
    super(scope, id);
    const { tableName, throwAway } = settings;
    if (tableName !== undefined) {
      this.name = tableName;
      this.arn = Stack.of(this).formatArn({
        service: 'dynamodb',
        resource: 'table',
        resourceName: tableName,
      });
      return;
    }
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: TABLE_KEYS.partition, type: dynamodb.AttributeType.STRING },
      sortKey: { name: TABLE_KEYS.sort, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode[TABLE_BILLING_MODE],
      timeToLiveAttribute: TABLE_TTL_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Retained even when the first deployment fails: deletion protection would block the rollback.
      removalPolicy: throwAway ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      deletionProtection: !throwAway,
    });
    for (const index of TABLE_INDEXES) {
      table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: { name: index.partition.name, type: ATTRIBUTE_TYPES[index.partition.type] },
        sortKey: { name: index.sort.name, type: ATTRIBUTE_TYPES[index.sort.type] },
        ...projectionOf(index),
      });
    }
    this.name = table.tableName;
    this.arn = table.tableArn;
  }

  /** Grants the function these actions on the table, and queries on these indexes, and nothing else. */
  allow(user: ServiceFunction, actions: readonly TableAction[], indexes: readonly TableIndex[] = []): void {
    user.allow(
      actions.map((action) => `dynamodb:${action}`),
      [this.arn],
    );
    if (indexes.length > 0) {
      user.allow(
        ['dynamodb:Query'],
        indexes.map((index) => `${this.arn}/index/${index.name}`),
      );
    }
  }
}

function projectionOf(
  index: TableIndex,
): Pick<dynamodb.GlobalSecondaryIndexProps, 'nonKeyAttributes' | 'projectionType'> {
  return index.projected.length === 0
    ? { projectionType: dynamodb.ProjectionType.KEYS_ONLY }
    : { projectionType: dynamodb.ProjectionType.INCLUDE, nonKeyAttributes: [...index.projected] };
}
