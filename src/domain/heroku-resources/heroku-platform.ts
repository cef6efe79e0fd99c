import type { HerokuConfigVars } from './heroku-addon.ts';

/** Heroku, as an add-on speaks to it. Nothing here throws for what Heroku or the network did. */
export interface HerokuPlatform {
  /** A grant's code for tokens. It works once: an answer that is lost is a grant that is lost. */
  exchange(code: string): Promise<HerokuTokenAnswer>;
  refresh(refreshToken: string): Promise<HerokuTokenAnswer>;
  /** Sets config vars of the resource: every app that has it is restarted. */
  setConfig(uuid: string, accessToken: string, configVars: HerokuConfigVars): Promise<HerokuAnswer>;
}

export type HerokuTokenAnswer =
  | {
      readonly kind: 'tokens';
      readonly accessToken: string;
      /** Absent where the former one stays. */
      readonly refreshToken: string | undefined;
      readonly expiresInMs: number;
    }
  | Exclude<HerokuAnswer, { readonly kind: 'done' }>;

export type HerokuAnswer =
  | { readonly kind: 'done' }
  /** Heroku will not do it. `isUnauthorized`: because of the token, the code, or the client secret. */
  | { readonly kind: 'refused'; readonly isUnauthorized: boolean; readonly message: string }
  /** It may work later: no answer, a limit, or an error of Heroku's. */
  | { readonly kind: 'unavailable'; readonly message: string };
