import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { HerokuApi } from './heroku-api.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Answers each request with the text, and cuts the connection when fewer bytes come than the header said. */
async function herokuThatSends(text: string, length: number): Promise<string> {
  const created = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-length': length });
    response.write(text, () => {
      if (length > text.length) response.destroy();
      else response.end();
    });
  });
  server = created;
  await new Promise<void>((resolve) => created.listen(0, '127.0.0.1', resolve));
  const address = created.address();
  if (address === null || typeof address === 'string') throw new Error('expected a listening server');
  return `http://127.0.0.1:${address.port}`;
}

test('an answer that is not JSON is named, and none of it is shown', async () => {
  const url = await herokuThatSends('SECRET=1', 8);
  await expect(new HerokuApi('token', url, 'test').configVars('app')).rejects.toThrow(
    `Heroku: expected JSON from GET ${url}/apps/app/config-vars, found 8 characters of text/html: check for a proxy in between`,
  );
});

test('an answer that breaks off is an error of the network', async () => {
  const url = await herokuThatSends('{"A":', 100);
  await expect(new HerokuApi('token', url, 'test').configVars('app')).rejects.toThrow(
    `cannot reach ${url} (`,
  );
});
