import type { Clock } from '../../base/clock.ts';
import { systemTimers, type Timers } from '../../base/timers.ts';
import type { Announcements } from '../../domain/announcements/announcement.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import type { Log } from '../../telemetry/logger.ts';
import { makeOAuthHttp } from './oauth/http.ts';
import { TokenClient } from './oauth/token-client.ts';
import { SalesforceTokenSource } from './oauth/token-source.ts';

// Apart from the connections, so that who needs a token only does not load gRPC.

/** What everything that talks to an org needs from outside. */
export interface SalesforcePorts {
  readonly authorizations: AuthorizationStore;
  readonly secrets: SecretBox;
  /** Whether an org may be on this machine. */
  readonly allowLoopback: boolean;
  readonly clock: Clock;
  /** Those of the system unless given. */
  readonly timers?: Timers;
  readonly announcements: Announcements;
  readonly log: Log;
}

/** Token endpoints over real HTTP. */
export function makeTokenClient({
  clock,
  allowLoopback,
}: Pick<SalesforcePorts, 'clock' | 'allowLoopback'>): TokenClient {
  return new TokenClient(makeOAuthHttp({ addresses: { allowLoopback }, clock }), () => clock.now());
}

export function makeTokenSource(ports: SalesforcePorts): SalesforceTokenSource {
  return new SalesforceTokenSource({ timers: systemTimers, ...ports, tokens: makeTokenClient(ports) });
}
