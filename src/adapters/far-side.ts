/**
 * A far side that is not AWS (the embedded parts of a local run) checks no credentials, but the SDK signs nothing
 * without some. The region is part of the embedded queue's queue names, so all parties have to use the same one.
 */
export const LOCAL_REGION = 'us-east-1';

export interface FarSide {
  /** Set only if the far side is not AWS. */
  readonly endpoint?: string | undefined;
}

export function farSideSettings(farSide: FarSide): {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
} {
  if (farSide.endpoint === undefined) return {};
  return {
    endpoint: farSide.endpoint,
    region: LOCAL_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}
