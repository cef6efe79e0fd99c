import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeKmsClient } from '../../src/adapters/kms/client.ts';
import { KmsSecretBox } from '../../src/adapters/kms/secret-box.ts';
import { KeyFileError } from '../../src/adapters/local-key/key-file.ts';
import { LocalKeySecretBox } from '../../src/adapters/local-key/secret-box.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { SecretBoxError } from '../../src/domain/secret-box.ts';
import { type ScriptedAnswer, type ScriptedRequest, ScriptedService } from '../support/scripted-service.ts';
import { secretBoxContract } from './secret-box.contract.ts';

const CONTEXT = { appId: 'app-1', resourceId: 'publication-1', secret: 'token' };

describe('secret box', () => {
  describe('in memory', () => {
    let box: MemorySecretBox;
    beforeEach(() => {
      box = new MemorySecretBox();
    });
    secretBoxContract(() => box);
  });

  describe('with a local key', () => {
    let directory: string;
    let keyFile: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'sluice-key-'));
      keyFile = join(directory, 'state', 'key');
    });
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    secretBoxContract(() => new LocalKeySecretBox(keyFile));

    it('makes a key file that only its owner can read, and nothing beside it', () => {
      new LocalKeySecretBox(keyFile);
      expect(statSync(keyFile).mode & 0o777).toBe(0o600);
      expect(Buffer.from(readFileSync(keyFile, 'utf8'), 'base64')).toHaveLength(32);
      expect(readdirSync(join(directory, 'state'))).toEqual(['key']);
    });

    it('keeps its key over a restart', async () => {
      const ciphertext = await new LocalKeySecretBox(keyFile).encrypt('a secret', CONTEXT);
      expect(await new LocalKeySecretBox(keyFile).decrypt(ciphertext, CONTEXT)).toBe('a secret');
    });

    it('does not decrypt what another key encrypted', async () => {
      const ciphertext = await new LocalKeySecretBox(keyFile).encrypt('a secret', CONTEXT);
      const other = new LocalKeySecretBox(`${keyFile}-2`);
      await expect(other.decrypt(ciphertext, CONTEXT)).rejects.toBeInstanceOf(SecretBoxError);
    });

    it('notices a ciphertext of which any byte was changed', async () => {
      const box = new LocalKeySecretBox(keyFile);
      const bytes = Buffer.from(await box.encrypt('a secret', CONTEXT), 'base64');
      for (let i = 0; i < bytes.length; i += 1) {
        const changed = Buffer.from(bytes);
        changed[i] = (changed[i] ?? 0) ^ 1;
        await expect(box.decrypt(changed.toString('base64'), CONTEXT)).rejects.toBeInstanceOf(SecretBoxError);
      }
    });

    it.each([0o640, 0o604, 0o622, 0o660, 0o644])('refuses a key file of mode %o', (mode) => {
      new LocalKeySecretBox(keyFile);
      chmodSync(keyFile, mode);
      expect(() => new LocalKeySecretBox(keyFile)).toThrow(KeyFileError);
      expect(() => new LocalKeySecretBox(keyFile)).toThrow(`mode 600, found ${mode.toString(8)}`);
      chmodSync(keyFile, 0o400);
      expect(() => new LocalKeySecretBox(keyFile)).not.toThrow();
    });

    it.each(['', 'c2hvcnQ=', 'not a key', randomBytes(33).toString('base64')])(
      'refuses a file that holds %j, and leaves it as it is',
      (text) => {
        new LocalKeySecretBox(keyFile);
        writeFileSync(keyFile, text);
        const attempt = () => new LocalKeySecretBox(keyFile);
        expect(attempt).toThrow(/expected the key file .* to hold 32 bytes in base64/);
        expect(readFileSync(keyFile, 'utf8')).toBe(text);
      },
    );
  });

  describe('with KMS', () => {
    let service: ScriptedService;
    let nowMs: number;
    let answer: (request: ScriptedRequest) => ScriptedAnswer;
    const newBox = () =>
      new KmsSecretBox(makeKmsClient({ endpoint: service.endpoint }), 'alias/sluice', { now: () => nowMs });
    const decryptions = () => service.requests.filter(({ target }) => target.endsWith('.Decrypt')).length;
    beforeEach(async () => {
      nowMs = 1_000_000;
      answer = scriptedKms();
      service = await ScriptedService.start((request) => answer(request));
    });
    afterEach(() => service.stop());

    describe('keeps the contract', () => {
      let box: KmsSecretBox;
      beforeEach(() => {
        box = newBox();
      });
      secretBoxContract(() => box);
    });

    it('names key and context in every request', async () => {
      const box = newBox();
      await box.decrypt(await box.encrypt('a secret', CONTEXT), CONTEXT);
      for (const { body } of service.requests) {
        expect(body).toMatchObject({ KeyId: 'alias/sluice', EncryptionContext: CONTEXT });
      }
      expect(service.requests.map(({ target }) => target)).toEqual([
        'TrentService.Encrypt',
        'TrentService.Decrypt',
      ]);
    });

    it('asks KMS once in five minutes, also for many at once', async () => {
      const box = newBox();
      const ciphertext = await box.encrypt('a secret', CONTEXT);
      await Promise.all(Array.from({ length: 20 }, () => box.decrypt(ciphertext, CONTEXT)));
      nowMs += 5 * 60_000;
      await box.decrypt(ciphertext, CONTEXT);
      expect(decryptions()).toBe(1);
      nowMs += 1;
      await box.decrypt(ciphertext, CONTEXT);
      expect(decryptions()).toBe(2);
    });

    it('keeps no more than a thousand values, the newest', async () => {
      const box = newBox();
      const ciphertext = await box.encrypt('a secret', CONTEXT);
      const contexts = Array.from({ length: 1_001 }, (_, i) => ({
        ...CONTEXT,
        resourceId: `publication-${i}`,
      }));
      answer = () => ({ body: { Plaintext: Buffer.from('a secret').toString('base64') } });
      for (const context of contexts) await box.decrypt(ciphertext, context);
      await box.decrypt(ciphertext, contexts[1]!);
      expect(decryptions()).toBe(1_001);
      await box.decrypt(ciphertext, contexts[0]!);
      expect(decryptions()).toBe(1_002);
    });

    it('does not keep a failure, nor call it a wrong ciphertext', async () => {
      const box = newBox();
      const ciphertext = await box.encrypt('a secret', CONTEXT);
      const works = answer;
      answer = () => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'no' } });
      const refusal = await box.decrypt(ciphertext, CONTEXT).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ name: 'AccessDeniedException' });
      expect(refusal).not.toBeInstanceOf(SecretBoxError);
      answer = works;
      expect(await box.decrypt(ciphertext, CONTEXT)).toBe('a secret');
    });
  });
});

/** KMS as documented: a ciphertext is decrypted only with the same context. */
function scriptedKms(): (request: ScriptedRequest) => ScriptedAnswer {
  const key = randomBytes(32);
  const refusal = { status: 400, body: { __type: 'InvalidCiphertextException', message: null } };
  const invalid = { status: 400, body: { __type: 'ValidationException', message: 'wrong length' } };
  const withinLength = (text: unknown, max: number) => {
    const { length } = Buffer.from(String(text ?? ''), 'base64');
    return length >= 1 && length <= max;
  };
  return ({ target, body }) => {
    if (target === 'TrentService.Encrypt' && !withinLength(body['Plaintext'], 4_096)) return invalid;
    if (target === 'TrentService.Decrypt' && !withinLength(body['CiphertextBlob'], 6_144)) return invalid;
    const context = body['EncryptionContext'] as Record<string, string>;
    const authenticated = Buffer.from(
      JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    if (target === 'TrentService.Encrypt') {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(authenticated);
      const encrypted = Buffer.concat([
        cipher.update(Buffer.from(String(body['Plaintext']), 'base64')),
        cipher.final(),
      ]);
      return {
        body: { CiphertextBlob: Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64') },
      };
    }
    const bytes = Buffer.from(String(body['CiphertextBlob'] ?? ''), 'base64');
    if (bytes.length < 28) return refusal;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
        .setAAD(authenticated)
        .setAuthTag(bytes.subarray(12, 28));
      const plaintext = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
      return { body: { Plaintext: plaintext.toString('base64') } };
    } catch {
      return refusal;
    }
  };
}
