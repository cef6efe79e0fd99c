/**
 * The failure that Salesforce's token endpoint answers instead of a token. dead: the grant is gone, and a person must
 * authorize again; config: something must be changed in Salesforce Setup or in the given settings, after which it works
 * without further action; transient: it may work later.
 */
export interface TokenFailure {
  readonly class: 'dead' | 'config' | 'transient';
  /** Stable. */
  readonly id: string;
  /** Says, for people, what happened and what to do. */
  readonly message: string;
}

interface Rule {
  readonly error: string;
  /** Matched against the description. Absent: any description. */
  readonly description?: RegExp;
  readonly failure: TokenFailure;
}

const AUTHORIZE_AGAIN = 'Authorize the org again';
const SANDBOX_HINT =
  'If the org is a sandbox, the login URL has to be https://test.salesforce.com or its My Domain';

const APP_NOT_INSTALLED: TokenFailure = {
  class: 'config',
  id: 'app-not-installed',
  message:
    'The app is not installed in this org. An administrator has to install it (Salesforce Setup, "Connected Apps OAuth Usage" or "External Client App Manager"), or give the user the permission "Approve Uninstalled Connected Apps"',
};

/** The first matching rule applies. */
const RULES: readonly Rule[] = [
  {
    error: 'invalid_grant',
    description: /expired authorization code|invalid authorization code|invalid_code/i,
    failure: {
      class: 'dead',
      id: 'authorization-code-expired',
      message: `The login took too long, or its link was used twice. ${AUTHORIZE_AGAIN}`,
    },
  },
  {
    error: 'invalid_grant',
    description: /hasn.?t approved this consumer|not approved|approval/i,
    failure: {
      class: 'config',
      id: 'user-not-approved',
      message:
        'The user has not been approved for this app. In Salesforce Setup open the External Client App (or connected app), Policies, set "Permitted Users" to "Admin approved users are pre-authorized", and add a profile or permission set of the user',
    },
  },
  {
    error: 'invalid_grant',
    description: /audience/i,
    failure: {
      class: 'config',
      id: 'wrong-audience',
      message: `Salesforce did not take the audience of the assertion. ${SANDBOX_HINT}`,
    },
  },
  {
    error: 'invalid_grant',
    description: /invalid assertion|signature|certificate/i,
    failure: {
      class: 'config',
      id: 'invalid-assertion',
      message:
        'Salesforce could not verify the signed assertion. Check that the certificate uploaded to the app in Salesforce Setup belongs to the private key, and that "username" and "client_id" are right',
    },
  },
  {
    error: 'invalid_grant',
    description: /assertion.*expired|expired.*assertion|not yet valid|\biat\b|clock/i,
    failure: {
      class: 'transient',
      id: 'clock-skew',
      message:
        'Salesforce says that the signed assertion has expired, although it was just made: the clock of this computer is wrong. Set it by a time server',
    },
  },
  {
    error: 'invalid_grant',
    description: /ip restricted|ip range|login hours/i,
    failure: {
      class: 'config',
      id: 'login-restricted',
      message:
        'Salesforce restricts where or when this user may log in. In Salesforce Setup check the login IP ranges and hours of the profile, and the IP relaxation and refresh token allowlist of the app',
    },
  },
  {
    error: 'invalid_grant',
    description: /user (is )?inactive|inactive user|frozen|disabled/i,
    failure: {
      class: 'config',
      id: 'user-inactive',
      message:
        'The Salesforce user is inactive or frozen. In Salesforce Setup, Users, an administrator has to activate or unfreeze the user',
    },
  },
  {
    error: 'invalid_grant',
    description: /no client credentials user/i,
    failure: {
      class: 'config',
      id: 'no-run-as-user',
      message:
        'The app has no user to run as. In Salesforce Setup open the app, Policies, Client Credentials Flow, and set "Run As"',
    },
  },
  {
    error: 'invalid_grant',
    description: /request not supported on this domain/i,
    failure: {
      class: 'config',
      id: 'my-domain-required',
      message:
        'Client credentials are taken only at the org’s own domain. Use its My Domain as the login URL, e.g. https://mydomain.my.salesforce.com',
    },
  },
  {
    error: 'invalid_grant',
    description: /authentication failure/i,
    failure: {
      class: 'dead',
      id: 'authentication-failed',
      message: `Salesforce refused the login. ${SANDBOX_HINT}. Otherwise: ${AUTHORIZE_AGAIN.toLowerCase()}`,
    },
  },
  {
    error: 'invalid_grant',
    failure: {
      class: 'dead',
      id: 'refresh-token-expired',
      message: `The grant has ended: it was revoked, not used for too long, replaced by a newer login (an app keeps five a user), or its rotated token was used elsewhere. ${AUTHORIZE_AGAIN}`,
    },
  },
  {
    error: 'inactive_user',
    failure: {
      class: 'config',
      id: 'user-inactive',
      message:
        'The Salesforce user is inactive. In Salesforce Setup, Users, an administrator has to activate the user',
    },
  },
  {
    error: 'inactive_org',
    failure: {
      class: 'config',
      id: 'org-inactive',
      message: 'The Salesforce org is locked, suspended or expired. An administrator has to ask Salesforce',
    },
  },
  {
    error: 'invalid_client_id',
    failure: {
      class: 'config',
      id: 'unknown-client',
      message:
        'Salesforce does not know the client id, or the app is blocked or not installed in this org. In Salesforce Setup open "External Client App Manager" (or "Connected Apps OAuth Usage") and check that the app is there and installed; a new app takes up to ten minutes to be known',
    },
  },
  {
    error: 'invalid_client',
    description: /install/i,
    failure: APP_NOT_INSTALLED,
  },
  {
    error: 'invalid_client',
    failure: {
      class: 'config',
      id: 'invalid-client',
      message:
        'Salesforce refused the client id or client secret. Compare them with the app’s consumer key and secret in Salesforce Setup, and check that the app is installed in this org',
    },
  },
  {
    error: 'invalid_client_credentials',
    failure: {
      class: 'config',
      id: 'invalid-client-secret',
      message:
        'Salesforce refused the client secret. Compare it with the app’s consumer secret in Salesforce Setup',
    },
  },
  {
    error: 'unauthorized_client',
    failure: {
      class: 'config',
      id: 'flow-not-enabled',
      message:
        'The app may not use this flow. In Salesforce Setup open the app, Settings, OAuth, and enable the flow',
    },
  },
  {
    error: 'unsupported_grant_type',
    failure: {
      class: 'config',
      id: 'flow-not-enabled',
      message:
        'The org does not offer this flow. In Salesforce Setup open "OAuth and OpenID Connect Settings"',
    },
  },
  {
    error: 'redirect_uri_mismatch',
    failure: {
      class: 'config',
      id: 'redirect-uri-mismatch',
      message:
        'The callback URL is not one of the app’s. In Salesforce Setup open the app, Settings, OAuth, and add the callback URL of this installation',
    },
  },
  {
    error: 'invalid_scope',
    failure: {
      class: 'config',
      id: 'invalid-scope',
      message:
        'The app does not have the scopes that are needed. In Salesforce Setup open the app, Settings, OAuth, and add "Manage user data via APIs (api)" and "Perform requests at any time (refresh_token)"',
    },
  },
  {
    error: 'invalid_request',
    description: /missing.*code_challenge|code challenge/i,
    failure: {
      class: 'dead',
      id: 'pkce-failed',
      message: `The login was begun without its proof key. ${AUTHORIZE_AGAIN}`,
    },
  },
  {
    error: 'rate_limit_exceeded',
    failure: {
      class: 'transient',
      id: 'rate-limited',
      message: 'Salesforce limits how often one may log in',
    },
  },
  {
    error: 'OAUTH_APPROVAL_ERROR_GENERIC',
    failure: APP_NOT_INSTALLED,
  },
];

const ACCESS_DENIED: TokenFailure = {
  class: 'dead',
  id: 'access-denied',
  message: `The person did not allow the access. ${AUTHORIZE_AGAIN}, and choose "Allow"`,
};

const GONE_ORG = /data not available/i;
const FOUND_LENGTH_MAX = 200;

/**
 * Classifies the error with which Salesforce sends the browser back. Only here does it mean that a person denied
 * access: at the token endpoint, a gateway that denies its own access uses the same words.
 */
export function classifyCallbackError(error: string, description: string): TokenFailure {
  if (error !== 'access_denied' && error !== 'access-denied') return classifyOAuthError(error, description);
  return { ...ACCESS_DENIED, message: `${ACCESS_DENIED.message}. ${found(error, description)}` };
}

/** Classifies an OAuth error by its `error` and `error_description`. */
export function classifyOAuthError(error: string, description: string): TokenFailure {
  if (GONE_ORG.test(description)) {
    return {
      class: 'dead',
      id: 'org-gone',
      message: `The org no longer exists: it was deleted, or has expired. ${found(error, description)}`,
    };
  }
  const rule = RULES.find(
    (each) => each.error === error && (each.description === undefined || each.description.test(description)),
  );
  if (rule === undefined) {
    return {
      class: 'transient',
      id: 'unknown-error',
      message: `Salesforce gave no access token. ${found(error, description)}`,
    };
  }
  return { ...rule.failure, message: `${rule.failure.message}. ${found(error, description)}` };
}

/**
 * The same for a flow that holds no grant which could end, but logs in anew each time (JWT bearer, client credentials).
 * It works again by itself once Setup is right, so only an org that is gone is final.
 */
export function classifyLoginError(error: string, description: string): TokenFailure {
  const failure = classifyOAuthError(error, description);
  if (failure.class !== 'dead' || failure.id === 'org-gone') return failure;
  if (failure.id === 'authentication-failed') return { ...failure, class: 'config' };
  return {
    class: 'config',
    id: 'login-refused',
    message: `Salesforce refused the login. In Salesforce Setup check that the app and its flow are enabled, and that the user is active and permitted to use the app. ${found(error, description)}`,
  };
}

function found(error: string, description: string): string {
  const text = description === '' ? error : `${error}: ${description}`;
  return `(Salesforce: ${JSON.stringify(text.slice(0, FOUND_LENGTH_MAX))})`;
}
