import type { Clock } from '../../base/clock.ts';
import { systemTimers, type Timers } from '../../base/timers.ts';
import type { Announcements } from '../../domain/announcements/announcement.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import type { Log } from '../../telemetry/logger.ts';
import { makeOAuthHttp } from './oauth/http.ts';
import { TokenClient } from './oauth/token-client.ts';
import { SalesforceTokenSource } from './oauth/token-source.ts';

// Separate from the connections, so that code that only needs a token does not load gRPC.

/** What everything that talks to an org needs from outside. */
export interface SalesforcePorts {
  readonly authorizations: AuthorizationStore;
  readonly secrets: SecretBox;
  /** Whether an org may run on this machine. */
  readonly allowLoopback: boolean;
  readonly clock: Clock;
  /** Defaults to the system's timers. */
  readonly timers?: Timers;
  readonly announcements: Announcements;
  readonly log: Log;
}

/** Calls token endpoints over real HTTP. */
export function makeTokenClient({
  clock,
  allowLoopback,
}: Pick<SalesforcePorts, 'clock' | 'allowLoopback'>): TokenClient {
  return new TokenClient(makeOAuthHttp({ addresses: { allowLoopback }, clock }), () => clock.now());
}

export function makeTokenSource(ports: SalesforcePorts): SalesforceTokenSource {
  return new SalesforceTokenSource({ timers: systemTimers, ...ports, tokens: makeTokenClient(ports) });
}
