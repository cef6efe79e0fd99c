import * as v from 'valibot';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';
import {
  ARN_CHANGE_FLAG,
  ArnChange,
  type ArnForm,
  type ArnSettings,
  arnField,
  arnFlag,
  arnRefusal,
  REGION,
} from '../outbound/aws-target.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly eventbridge: ArnSettings;
  }
}

export type EventBridgePublication = PublicationOf<'eventbridge'>;

const BUS: ArnForm = {
  what: 'an event bus of EventBridge',
  pattern: new RegExp(String.raw`^arn:aws[a-z-]*:events:${REGION}:\d{12}:event-bus/[\w/.-]{1,256}$`),
  example: 'arn:aws:events:eu-central-1:123456789012:event-bus/orders',
};

/** An EventBridge event bus. `send.ts` sends to it. */
export const eventBridgeTarget = defineTarget({
  name: 'eventbridge',
  fields: {
    settings: { arn: arnField(BUS) },
    changes: { arn: v.optional(ArnChange) },
    params: { arn: v.string() },
  },
  olderNames: [],
  summary: 'Put events on a bus of EventBridge. With `source`, link a subscription to it in the same step',
  refusals: ['unprocessable', 'target-not-allowed'],
  command: {
    id: 'events:publications:eventbridge:create',
    description: 'put events on a bus of EventBridge',
    argument: 'name of the publication',
    example: `orders --arn ${BUS.example}`,
    flags: { arn: arnFlag(BUS) },
    changeFlags: { arn: ARN_CHANGE_FLAG },
  },
  grants: {
    secrets: [],
    aws: { arns: BUS.pattern, actions: ['events:PutEvents', 'events:DescribeEventBus'] },
  },

  async create(ports, base, { arn }) {
    return (
      arnRefusal(ports, base, arn, BUS) ?? {
        kind: 'created',
        publication: { ...base, platform: 'eventbridge', arn },
      }
    );
  },

  async change(ports, publication, { arn }) {
    const refusal = arn === undefined ? undefined : arnRefusal(ports, publication, arn, BUS);
    return refusal ?? { kind: 'changed', apply: (current) => ({ ...current, arn: arn ?? current.arn }) };
  },

  show: ({ arn }) => ({ arn }),
});
