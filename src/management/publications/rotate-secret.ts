import { withProbeAtOnce } from '../../domain/publications/breaker-rules.ts';
import { type Publication, ROTATION_GRACE } from '../../domain/publications/publication.ts';
import { targetNamed } from '../../domain/publications/target-platform.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { notFound } from '../not-found.ts';
import { readGrace } from '../rotation-grace.ts';
import type { PublicationPorts } from './create-publication.ts';

export interface WantedRotation {
  /** A duration such as `24h`; undefined: the default. */
  readonly grace: string | undefined;
  /** The owner's own secret; undefined: one is generated. */
  readonly secret: string | undefined;
}

export interface SecretRotated {
  readonly kind: 'rotated';
  readonly publication: Publication;
  readonly shownOnce?: Readonly<Record<string, string>>;
}

/** Gives the publication a new signing secret; the former one also signs until the grace period ends. */
export async function rotateSecret(
  ports: PublicationPorts,
  appId: string,
  nameOrId: string,
  { grace = ROTATION_GRACE.default, secret }: WantedRotation,
): Promise<SecretRotated | Refusal> {
  const { publications, targets, clock } = ports;
  const read = readGrace(grace);
  if (read.kind === 'refused') return read;
  const { graceMs } = read;
  const current = await publications.get(appId, nameOrId);
  if (current === undefined) return notFound('publication', nameOrId);
  const target = targetNamed(targets, current.platform);
  if (target.rotateSecret === undefined) {
    return refuse(
      'unprocessable',
      `expected a publication whose deliveries are signed, found a ${current.platform} publication, which has no secret`,
    );
  }
  const rotated = await target.rotateSecret(ports, current, { secret, graceMs, nowMs: clock.now() });
  if (rotated.kind === 'refused') return rotated;
  const updated = await updateRecord<Publication>({
    read: () => publications.get(appId, current.id),
    change: (publication) => {
      const applied = rotated.apply(publication);
      // The receiver may have refused the former signature.
      return 'kind' in applied ? applied : withProbeAtOnce(applied, clock.now());
    },
    write: (publication) => publications.update(publication),
    missing: notFound('publication', nameOrId).message,
  });
  if (updated.kind === 'refused') return updated;
  return { ...rotated, publication: updated.record };
}
