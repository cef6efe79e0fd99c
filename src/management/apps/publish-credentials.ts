import { newUuid, randomText, sha256Hex } from '../../base/ids.ts';
import {
  type CredentialUse,
  PUBLISH_CREDENTIALS_MAX,
  type PublishCredential,
  useOf,
} from '../../domain/apps/app.ts';
import type { PublishCredentialStore } from '../../domain/apps/app-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

/** 256 bits, for the same reason as a token's. */
const PASSWORD_BYTES = 32;

export interface IssuedCredential {
  readonly credential: PublishCredential;
  /** Shown once, never stored. */
  readonly password: string;
}

/** Creates user and password without storing them. */
export function newPublishCredential(appId: string, use: CredentialUse, nowMs: number): IssuedCredential {
  const password = randomText(PASSWORD_BYTES);
  return {
    password,
    credential: { user: newUuid(), appId, use, passwordHash: sha256Hex(password), createdAtMs: nowMs },
  };
}

export async function issuePublishCredential(
  credentials: PublishCredentialStore,
  appId: string,
  use: CredentialUse,
  nowMs: number,
): Promise<({ readonly kind: 'issued' } & IssuedCredential) | Refusal> {
  const held = (await credentials.list(appId)).filter((each) => useOf(each) === use);
  if (held.length >= PUBLISH_CREDENTIALS_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${PUBLISH_CREDENTIALS_MAX} ${use} credentials, found ${held.length}: delete the one that is no longer used`,
    );
  }
  const issued = newPublishCredential(appId, use, nowMs);
  await credentials.put(issued.credential);
  return { kind: 'issued', ...issued };
}

export async function revokePublishCredential(
  credentials: PublishCredentialStore,
  appId: string,
  user: string,
): Promise<{ readonly kind: 'revoked'; readonly credential: PublishCredential } | Refusal> {
  const credential = (await credentials.list(appId)).find(
    (each) => each.user === user && useOf(each) !== 'inbound',
  );
  if (credential === undefined || (await credentials.remove(appId, user)) === 'gone') {
    return refuse(
      'not-found',
      `expected the user of publish or subscribe credentials, found ${JSON.stringify(user.slice(0, 100))}`,
    );
  }
  return { kind: 'revoked', credential };
}
