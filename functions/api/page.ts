import { createHash } from 'node:crypto';
import type { Answer } from './route.ts';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto 0; padding: 0 1.5rem; color: #1b1f24; background: #fff; }
h1 { font-size: 1.4rem; }
p { overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { body { color: #e6e8eb; background: #14171a; } }
`;

/** Loads and runs nothing; its single style is allowed by hash. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A small page for the person whose browser returned from Salesforce. */
export function page(status: number, title: string, paragraphs: readonly string[]): Answer {
  const body = paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n');
  return {
    kind: 'answer',
    status,
    body: undefined,
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Sluice</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`,
    headers: {
      'content-security-policy': CONTENT_SECURITY_POLICY,
      // This page's address contains the code that was just used.
      'referrer-policy': 'no-referrer',
    },
  };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
