/**
 * Of the page. Nothing comes from elsewhere, and nothing that is written into the page runs or styles it. Styles that scripts set
 * by themselves (CSSOM), as CodeMirror does in its shadow root, are not written into it.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every console answer except the API's own. */
export const CONSOLE_HEADERS: Readonly<Record<string, string>> = {
  // For an asset or an answer that is opened as a page. A worker takes its policy from its script's response, and must
  // load the engine.
  'content-security-policy': "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

/** A file never changes under its name. */
export const CACHED_FOR_EVER = 'public, max-age=31536000, immutable';
