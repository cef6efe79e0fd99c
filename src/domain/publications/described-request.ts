import type { Publication } from './publication.ts';

/** Describes the requests of a publication; undefined if a delivery is not an HTTP request of its own. */
export type DescribeRequest = (publication: Publication, deliveryId: string) => DescribedRequest | undefined;

/** Values that are secret, or differ between attempts, are omitted. */
export interface DescribedRequest {
  readonly method: string;
  readonly url: string;
  /** Names are in lower case. */
  readonly headers: readonly { readonly name: string; readonly value?: string | undefined }[];
}
