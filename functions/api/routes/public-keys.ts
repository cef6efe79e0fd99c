import { publicKeys } from '../../../src/management/publications/public-keys.ts';
import { PublicKeys } from '../../../src/management/publications/schema.ts';
import { publicRoute, type Route } from '../route.ts';

/** How long the keys are cached. A new key signs beside the former one for longer, unless its owner is in a hurry. */
const CACHE_SECONDS = 300;

export const PUBLIC_KEY_ROUTES: readonly Route[] = [
  publicRoute({
    method: 'GET',
    path: '/v1/jwks/{appId}/{publicationId}',
    id: 'showPublicKeys',
    summary:
      'For everybody, without a token: the public keys by which a webhook that is signed by ed25519 is verified, those of former keys too while these sign as well',
    answer: { status: 200, schema: PublicKeys },
    problems: ['not-found'],
    async run(_query, dependencies, { appId = '', publicationId = '' }) {
      const found = await publicKeys(dependencies, appId, publicationId);
      if (found.kind === 'refused') return found;
      const headers = { 'cache-control': `public, max-age=${CACHE_SECONDS}` };
      return { kind: 'answer', status: 200, body: { keys: found.keys }, headers };
    },
  }),
];
