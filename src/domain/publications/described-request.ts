import type { Publication } from './publication.ts';

/** What the requests of a publication look like; undefined where a delivery is no HTTP request of its own. */
export type DescribeRequest = (publication: Publication, deliveryId: string) => DescribedRequest | undefined;

/** Of what is secret, or differs from attempt to attempt, no value is told. */
export interface DescribedRequest {
  readonly method: string;
  readonly url: string;
  /** In lower case. */
  readonly headers: readonly { readonly name: string; readonly value?: string | undefined }[];
}
