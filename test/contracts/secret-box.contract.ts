import { expect, it } from 'vitest';
import { type SecretBox, SecretBoxError, type SecretContext } from '../../src/domain/secret-box.ts';

const CONTEXT: SecretContext = { appId: 'app-1', resourceId: 'publication-1', secret: 'signingSecret' };

export function secretBoxContract(box: () => SecretBox): void {
  it.each([
    ['a text', 'whsec_abc'],
    ['one byte', 'x'],
    ['text beyond ASCII', 'pässwörd 漢 🜁'],
    ['a text of 4,096 bytes', 'x'.repeat(4_096)],
    ['a text of 4,096 bytes in fewer characters', 'é'.repeat(2_048)],
  ])('gives back %s', async (_what, plaintext) => {
    const ciphertext = await box().encrypt(plaintext, CONTEXT);
    expect(await box().decrypt(ciphertext, CONTEXT)).toBe(plaintext);
    expect(await box().decrypt(ciphertext, { ...CONTEXT })).toBe(plaintext);
  });

  it.each([
    ['no bytes', ''],
    ['4,097 bytes', 'x'.repeat(4_097)],
    ['more than 4,096 bytes in fewer characters', 'é'.repeat(2_049)],
  ])('refuses a secret of %s, without telling it', async (_what, plaintext) => {
    const refusal = await box()
      .encrypt(plaintext, CONTEXT)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SecretBoxError);
    expect(String(refusal)).toMatch(/expected a secret of 1 to 4096 bytes, found \d+/);
    expect(String(refusal)).not.toMatch(/xx|éé/);
  });

  it.each([
    ['another app', { appId: 'app-2' }],
    ['another record', { resourceId: 'publication-2' }],
    ['another secret of the record', { secret: 'token' }],
    ['parts that only join to the same', { appId: 'app-1publication-1', resourceId: '' }],
  ])('does not decrypt for %s, also after it was decrypted for its own', async (_what, change) => {
    const ciphertext = await box().encrypt('whsec_abc', CONTEXT);
    await box().decrypt(ciphertext, CONTEXT);
    await expect(box().decrypt(ciphertext, { ...CONTEXT, ...change })).rejects.toBeInstanceOf(SecretBoxError);
  });

  it.each(['', 'AAAA', 'not base64 at all!', Buffer.alloc(200, 1).toString('base64'), 'A'.repeat(10_000)])(
    'does not decrypt %j',
    async (ciphertext) => {
      await expect(box().decrypt(ciphertext, CONTEXT)).rejects.toBeInstanceOf(SecretBoxError);
    },
  );

  it('gives every encryption another ciphertext, in base64', async () => {
    const [one, other] = [await box().encrypt('same', CONTEXT), await box().encrypt('same', CONTEXT)];
    expect(one).not.toBe(other);
    expect(one).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  });
}
