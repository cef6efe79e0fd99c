import { type SecretBox, SecretBoxError, type SecretContext } from '../../domain/secret-box.ts';
import { checkPlaintextSize } from '../secret-plaintext.ts';

/** Meets the contract of a secret box but hides nothing: for tests only. */
export class MemorySecretBox implements SecretBox {
  readonly #sealed = new Map<string, { readonly plaintext: string; readonly context: SecretContext }>();

  async encrypt(plaintext: string, context: SecretContext): Promise<string> {
    checkPlaintextSize(plaintext);
    const ciphertext = Buffer.from(`sealed-${this.#sealed.size}`).toString('base64');
    this.#sealed.set(ciphertext, { plaintext, context });
    return ciphertext;
  }

  async decrypt(ciphertext: string, context: SecretContext): Promise<string> {
    const sealed = this.#sealed.get(ciphertext);
    if (
      sealed === undefined ||
      sealed.context.appId !== context.appId ||
      sealed.context.resourceId !== context.resourceId ||
      sealed.context.secret !== context.secret
    ) {
      throw new SecretBoxError('the ciphertext is not one of this secret');
    }
    return sealed.plaintext;
  }
}
