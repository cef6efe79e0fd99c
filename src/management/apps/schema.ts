import * as v from 'valibot';
import { CREDENTIAL_USES, TOKEN_LABEL_LENGTH_MAX } from '../../domain/apps/app.ts';
import { Address, Id, knownValue, Name, Time } from '../../domain/fields.ts';

export const App = v.looseObject({
  id: Id,
  name: Name,
  created_at: Time,
  api_url: v.pipe(Address, v.description("where the app's own paths of this API begin")),
  publish_host: v.string(),
  retention: v.optional(
    v.pipe(
      v.string(),
      v.description(
        'how long deliveries that ended, history and kept events stay, such as `3d`; absent: as the installation keeps them',
      ),
    ),
  ),
});
export const AppChange = v.strictObject({
  retention: v.pipe(
    v.nullable(v.string()),
    v.metadata({
      description:
        'how long deliveries that end from now on, history and kept events stay: whole hours from `1h` to `90d`; null: as the installation keeps them',
      examples: ['12h', '3d'],
    }),
  ),
});
export const AppList = v.array(App);
export const NewApp = v.strictObject({ name: Name });
export const CreatedApp = v.looseObject({
  ...App.entries,
  publish_url: v.pipe(Address, v.description('holds a password: shown this once')),
  subscribe_url: v.pipe(
    Address,
    v.description('where events are pulled from; holds a password: shown this once'),
  ),
  token: v.pipe(v.string(), v.description("the app's first API token: shown this once")),
});

export const Token = v.looseObject({
  id: Id,
  label: v.string(),
  scope: knownValue(['admin', 'app']),
  created_at: Time,
});
export const TokenList = v.array(Token);
export const NewToken = v.strictObject({
  label: v.nullish(v.pipe(v.string(), v.maxLength(TOKEN_LABEL_LENGTH_MAX))),
});
export const CreatedToken = v.looseObject({
  ...Token.entries,
  token: v.pipe(v.string(), v.description('the token itself: shown this once')),
});

/** User and password of the publish URL or the subscribe URL. */
export const Credential = v.looseObject({
  user: Id,
  use: knownValue(CREDENTIAL_USES, 'publish: for the publish URL; subscribe: for the subscribe URL'),
  created_at: Time,
});
export const CredentialList = v.array(Credential);
export const NewCredential = v.strictObject({
  use: v.nullish(v.pipe(v.picklist(CREDENTIAL_USES), v.metadata({ default: CREDENTIAL_USES[0] }))),
});
export const CreatedCredential = v.looseObject({
  ...Credential.entries,
  publish_url: v.optional(
    v.pipe(Address, v.description('of publish credentials; holds the password: shown this once')),
  ),
  subscribe_url: v.optional(
    v.pipe(Address, v.description('of subscribe credentials; holds the password: shown this once')),
  ),
});
