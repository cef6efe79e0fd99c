// In a bundle this stands in place of the SDK's chain of credential providers (see bundle.ts). Lambda hands every
// function its credentials in the environment; the rest of the chain (profiles, SSO, web identity, instance metadata and
// the clients that these need) would be 135 kB that a function loads at each cold start and never uses.
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
