import type { Clock } from '../../base/clock.ts';
import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import type { AllowedTargets } from '../../domain/publications/allowed-targets.ts';
import type { PublicationBase } from '../../domain/publications/publication.ts';
import type { ArnSettings } from './aws-target.ts';
import { judgeLastingRefusal } from './lasting-refusal.ts';
import { isTargetRefusal } from './target-refusal.ts';

export interface AwsDestinationPorts {
  readonly allowedTargets: AllowedTargets;
  readonly clock: Clock;
}

/** Sends to one target; never throws for AWS or network errors. */
export type AwsSend<P> = (
  publication: P,
  events: readonly OutgoingEvent[],
) => Promise<readonly SendOutcome[]>;

/**
 * Loads the sender with the first event, because an SDK client is costly to load, and sends only if the installation
 * still allows the target. A target that keeps refusing disables the publication.
 */
export function awsSend<P extends PublicationBase & ArnSettings>(
  { allowedTargets }: AwsDestinationPorts,
  load: () => Promise<AwsSend<P>>,
): AwsSend<P> {
  let loaded: Promise<AwsSend<P>> | undefined;
  const send: AwsSend<P> = async (publication, events) => {
    const allowed = allowedTargets.check(publication.appId, publication.arn);
    if (!allowed.ok) {
      const { message } = allowed;
      return events.map(() => ({ kind: 'retry', errorId: 'target-not-allowed', message, durationMs: 0 }));
    }
    loaded ??= load();
    return (await loaded)(publication, events);
  };
  return async (publication, events) => {
    if (events.length === 0) return [];
    const outcomes = await send(publication, events);
    return events.map((event, index) =>
      judgeLastingRefusal(publication, event, outcomes[index], isTargetRefusal, 'target-refused'),
    );
  };
}
