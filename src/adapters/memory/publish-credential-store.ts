import type { PublishCredential } from '../../domain/apps/app.ts';
import type { PublishCredentialStore } from '../../domain/apps/app-store.ts';
import { compareText, type MemoryState } from './state.ts';

export class MemoryPublishCredentialStore implements PublishCredentialStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async put(credential: PublishCredential): Promise<void> {
    this.#state.credentials.set(credential.user, credential);
  }

  async find(user: string): Promise<PublishCredential | undefined> {
    return this.#state.credentials.get(user);
  }

  async list(appId: string): Promise<PublishCredential[]> {
    return [...this.#state.credentials.values()]
      .filter((credential) => credential.appId === appId)
      .sort((a, b) => a.createdAtMs - b.createdAtMs || compareText(a.user, b.user));
  }

  async remove(appId: string, user: string): Promise<'removed' | 'gone'> {
    if (this.#state.credentials.get(user)?.appId !== appId) return 'gone';
    this.#state.credentials.delete(user);
    return 'removed';
  }
}
