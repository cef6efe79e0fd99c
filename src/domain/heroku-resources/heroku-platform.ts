import type { HerokuConfigVars } from './heroku-addon.ts';

/** Heroku's API as an add-on uses it. No method throws for an error of Heroku or the network. */
export interface HerokuPlatform {
  /** Exchanges a grant's code for tokens. This works only once: if the answer is lost, so is the grant. */
  exchange(code: string): Promise<HerokuTokenAnswer>;
  refresh(refreshToken: string): Promise<HerokuTokenAnswer>;
  /** Sets config vars of the resource, which restarts every app that has the resource attached. */
  setConfig(uuid: string, accessToken: string, configVars: HerokuConfigVars): Promise<HerokuAnswer>;
}

export type HerokuTokenAnswer =
  | {
      readonly kind: 'tokens';
      readonly accessToken: string;
      /** Undefined if the previous one stays valid. */
      readonly refreshToken: string | undefined;
      readonly expiresInMs: number;
    }
  | Exclude<HerokuAnswer, { readonly kind: 'done' }>;

export type HerokuAnswer =
  | { readonly kind: 'done' }
  /** Heroku refuses. `isUnauthorized`: because of the token, the code or the client secret. */
  | { readonly kind: 'refused'; readonly isUnauthorized: boolean; readonly message: string }
  /** A later attempt may succeed: no answer, a rate limit, or an error at Heroku. */
  | { readonly kind: 'unavailable'; readonly message: string };
