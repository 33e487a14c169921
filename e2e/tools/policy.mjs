// The content security policy of the page: the build writes it into index.html, our own server sends it, too.

/** Where the page may connect besides its own origin: the Hub and the hosts it redirects to. */
const HUB = ['https://huggingface.co', 'https://*.hf.co'];

/** What a policy in the page itself can hold; `connect` adds sources for connect-src. */
export function pagePolicy(connect = []) {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "worker-src 'self'",
    `connect-src ${["'self'", ...HUB, ...connect].join(' ')}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default dompurify',
  ].join('; ');
}

/** With what a browser heeds in a header alone: who may show the page in a frame. */
export function contentSecurityPolicy(connect = []) {
  return `${pagePolicy(connect)}; frame-ancestors 'none'`;
}
