// Replaces the SDK's chain of credential providers in a bundle (see bundle.ts). Lambda gives every function its credentials in
// the environment. The rest of the chain (profiles, SSO, web identity, instance metadata and their clients) would be 135 kB
// that each cold start loads and never uses.
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
