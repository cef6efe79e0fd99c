import type { DescribeRequest } from '../../domain/publications/described-request.ts';
import { BINARY_ATTRIBUTES, CONTENT_TYPES, USER_AGENT } from './request-headers.ts';
import { authenticationKind } from './target.ts';

/** Describes a request as `WebhookDestination` sends it, so that the owner can look for it at the receiver. */
export const describeWebhookRequest: DescribeRequest = (publication, deliveryId) => {
  if (publication.platform !== 'webhook') return undefined;
  const { url, contentMode, headerNames = [], handshakeOrigin } = publication;
  return {
    method: 'POST',
    url,
    headers: [
      // A binary event has the content type of its data.
      { name: 'content-type', value: CONTENT_TYPES[contentMode] },
      { name: 'user-agent', value: USER_AGENT },
      // A batch has an id of its own.
      { name: 'webhook-id', value: contentMode === 'batch' ? undefined : deliveryId },
      { name: 'webhook-timestamp' },
      { name: 'webhook-signature' },
      ...(contentMode === 'binary' ? BINARY_ATTRIBUTES.map((name) => ({ name: `ce-${name}` })) : []),
      ...(authenticationKind(publication) === undefined ? [] : [{ name: 'authorization' }]),
      ...(handshakeOrigin === undefined ? [] : [{ name: 'webhook-request-origin', value: handshakeOrigin }]),
      ...headerNames.map((name) => ({ name: name.toLowerCase() })),
    ],
  };
};
