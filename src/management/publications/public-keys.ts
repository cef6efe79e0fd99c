import { isUuid } from '../../base/ids.ts';
import type { PublicKey } from '../../domain/publications/target-platform.ts';
import { targetNamed } from '../../domain/publications/target-platform.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { PublicationPorts } from './create-publication.ts';

export interface PublicKeysFound {
  readonly kind: 'found';
  readonly keys: readonly PublicKey[];
}

/**
 * The public keys that sign a publication's deliveries, for anybody who knows both ids. Names are not accepted: a
 * stranger could guess them and learn what exists. For the same reason, everything without keys gets the same refusal.
 */
export async function publicKeys(
  { publications, targets, clock }: Pick<PublicationPorts, 'publications' | 'targets' | 'clock'>,
  appId: string,
  publicationId: string,
): Promise<PublicKeysFound | Refusal> {
  const none = refuse(
    'not-found',
    'expected the ids of an app and of its publication that signs by ed25519, found none such: info shows the path as "jwks_path"',
  );
  // Texts that are not ids are not looked up.
  if (!isUuid(appId) || !isUuid(publicationId)) return none;
  const publication = await publications.get(appId, publicationId);
  if (publication === undefined) return none;
  const keys = targetNamed(targets, publication.platform).publicKeys?.(publication, clock.now()) ?? [];
  return keys.length === 0 ? none : { kind: 'found', keys };
}
