import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HerokuSimulator, startHerokuSimulator } from '../../simulators/heroku/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { HttpHerokuPlatform } from '../../src/platforms/heroku/heroku-platform.ts';
import { FarHeroku } from '../support/far-heroku.ts';
import { HEROKU_ADDON, simulatedAddon } from '../support/heroku.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { herokuPlatformContract } from './heroku-platform.contract.ts';

describe('Heroku as an add-on speaks to it', () => {
  describe('over HTTP', () => {
    let heroku: HerokuSimulator;
    const servers: Server[] = [];
    const serve = (listener: RequestListener) => {
      const server = createServer(listener);
      servers.push(server);
      return listenOnLoopback(server);
    };
    let codes: Map<string, string>;
    const platformAt = (url: string) =>
      new HttpHerokuPlatform({
        addresses: { allowLoopback: true },
        clock: systemClock,
        hosts: { apiUrl: url, identityUrl: url },
        addon: async () => HEROKU_ADDON,
      });

    beforeEach(async () => {
      codes = new Map();
      // A service that accepts every resource, and records the code of its grant.
      const service = await serve((request, response) => {
        let text = '';
        request.on('data', (chunk) => {
          text += String(chunk);
        });
        request.on('end', () => {
          const { uuid, oauth_grant: grant } = JSON.parse(text);
          codes.set(uuid, grant.code);
          response.end(JSON.stringify({ id: uuid, config: {} }));
        });
      });
      heroku = await startHerokuSimulator({ addon: simulatedAddon(service) });
      heroku.createApp('my-app');
    });
    afterEach(async () => {
      await heroku.close();
      await Promise.all(servers.splice(0).map(stopServer));
    });

    herokuPlatformContract(() => ({
      platform: platformAt(heroku.url),
      newGrant: async () => {
        const { uuid } = await heroku.createResource({ app: 'my-app' });
        return { uuid, code: codes.get(uuid) ?? '' };
      },
      configOf: (uuid) => {
        const { config } = heroku.partnerView(uuid);
        return config;
      },
      revoke: (uuid) => heroku.revokeAuthorization(uuid),
      outOfService: () => {
        heroku.faults.identityUnavailable = 1;
      },
    }));

    it('follows no redirect, and takes nothing that is no token', async () => {
      const answers = [
        { status: 302, headers: { location: heroku.url }, body: '' },
        { status: 200, headers: {}, body: 'not JSON' },
        { status: 200, headers: {}, body: '{"access_token":"","expires_in":1}' },
        { status: 429, headers: {}, body: '{"id":"rate_limit","message":"too many"}' },
      ];
      const other = await serve((_request, response) => {
        const { status, headers, body } = answers.shift() ?? { status: 500, headers: {}, body: '' };
        response.writeHead(status, headers).end(body);
      });
      const platform = platformAt(other);
      for (let count = 0; count < 5; count += 1) {
        expect(await platform.exchange('code')).toMatchObject({ kind: 'unavailable' });
      }
      await Promise.all(servers.map(stopServer));
      expect(await platform.exchange('code')).toMatchObject({ kind: 'unavailable' });
      expect(heroku.issued.exchanged).toBe(0);
    });
  });

  describe('the double', () => {
    let far: FarHeroku;
    beforeEach(() => {
      far = new FarHeroku();
    });
    herokuPlatformContract(() => ({
      platform: far,
      newGrant: async () => far.grant(),
      configOf: (uuid) => far.configOf(uuid),
      revoke: (uuid) => far.revoke(uuid),
      outOfService: () => far.failures.push({ kind: 'unavailable', message: 'down' }),
    }));
  });
});
