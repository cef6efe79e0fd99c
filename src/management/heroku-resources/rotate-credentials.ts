import type { App } from '../../domain/apps/app.ts';
import { PUBLISH_CREDENTIALS_MAX, TOKENS_PER_APP_MAX, useOf } from '../../domain/apps/app.ts';
import type { HerokuAddon } from '../../domain/heroku-resources/heroku-addon.ts';
import { herokuSecretContext, withDue } from '../../domain/heroku-resources/heroku-resource.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { FORMER_CREDENTIALS_MS, sendNextCredentials } from '../../pipeline/upkeep/heroku-rotation.ts';
import { newPublishCredential } from '../apps/publish-credentials.ts';
import { newToken } from '../apps/tokens.ts';
import { noHerokuResource } from './no-heroku-resource.ts';
import { configVarsOf, credentialsOf, type HerokuResourcePorts } from './provision.ts';

export type CredentialsRotated =
  | {
      readonly kind: 'rotated';
      /** Names of the config vars. */
      readonly names: readonly string[];
      /** When the former credentials expire; undefined until Heroku has accepted the new ones. */
      readonly formerEndAtMs: number | undefined;
      /** Why Heroku has not accepted them yet. */
      readonly message: string | undefined;
    }
  | Refusal;

/** Replaces the token and credentials in a resource's config vars. Heroku restarts every app that has it attached. */
export async function rotateCredentials(
  ports: HerokuResourcePorts,
  addon: HerokuAddon | undefined,
  app: App,
): Promise<CredentialsRotated> {
  const { herokuResources, secrets, clock } = ports;
  const resource = await herokuResources.ofApp(app.id);
  if (addon === undefined || resource?.state !== 'active') {
    return noHerokuResource(app);
  }
  const { grant, rotation } = resource;
  if (rotation !== undefined) {
    return refuse(
      'limit-reached',
      rotation.isSent
        ? `the former credentials are good until ${new Date(rotation.tryAtMs).toISOString()}: expected a rotation after that`
        : 'the credentials of the last rotation wait for Heroku to take them: expected a rotation after that',
    );
  }
  if (grant.state === 'none' || grant.state === 'lost') {
    const reason = grant.state === 'none' ? 'Heroku sent no grant with the resource' : grant.reason;
    return refuse(
      'unprocessable',
      `expected a grant to set config vars at Heroku, found none (${reason}): make a token and credentials by hand, and set them with heroku config:set`,
    );
  }
  const full = await roomRefusal(ports, app.id);
  if (full !== undefined) return full;
  const nowMs = clock.now();
  const made = {
    app,
    token: newToken({ kind: 'app', appId: app.id }, '', nowMs),
    publishCredential: newPublishCredential(app.id, 'publish', nowMs),
    subscribeCredential: newPublishCredential(app.id, 'subscribe', nowMs),
  };
  const configVars = configVarsOf(ports, addon, made);
  const nextConfigVars = await secrets.encrypt(
    JSON.stringify(configVars),
    herokuSecretContext(resource, 'nextConfigVars'),
  );
  const begun = withDue({
    ...resource,
    secrets: { ...resource.secrets, nextConfigVars },
    rotation: {
      next: credentialsOf(made),
      former: resource.credentials,
      startedAtMs: nowMs,
      isSent: false,
      // The schedule continues if this process gets no further.
      tryAtMs: nowMs + SEND_BY_SCHEDULE_MS,
    },
  });
  if ((await herokuResources.update(begun)) !== 'updated') {
    return refuse('try-again', 'the resource is being changed by others at this moment: try again');
  }
  const sent = await sendNextCredentials(ports, resource.uuid);
  return {
    kind: 'rotated',
    names: Object.keys(configVars),
    formerEndAtMs: sent.kind === 'sent' ? clock.now() + FORMER_CREDENTIALS_MS : undefined,
    message: sent.kind === 'waits' ? sent.message : undefined,
  };
}

const SEND_BY_SCHEDULE_MS = 60_000;

/** Checks that the new token and credentials fit beside the former ones. */
async function roomRefusal(
  { tokens, credentials }: HerokuResourcePorts,
  appId: string,
): Promise<Refusal | undefined> {
  const held = await credentials.list(appId);
  for (const use of ['publish', 'subscribe'] as const) {
    const count = held.filter((each) => useOf(each) === use).length;
    if (count >= PUBLISH_CREDENTIALS_MAX) {
      return refuse(
        'limit-reached',
        `expected at most ${PUBLISH_CREDENTIALS_MAX - 1} ${use} credentials before a rotation, found ${count}: delete the one that is not in the config vars`,
      );
    }
  }
  const count = (await tokens.list({ kind: 'app', appId })).length;
  return count < TOKENS_PER_APP_MAX
    ? undefined
    : refuse(
        'limit-reached',
        `expected at most ${TOKENS_PER_APP_MAX} tokens, found ${count}: delete one that is no longer used`,
      );
}
