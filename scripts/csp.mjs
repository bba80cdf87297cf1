/**
 * The content security policy of the built site, as a `<meta>` tag (hosts without headers) and as a response header (scripts/serve.mjs).
 * The header matters: a `<meta>` policy does not bind a worker that was loaded from a URL.
 */
export const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
