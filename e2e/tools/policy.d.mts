// Types of policy.mjs, which is plain JavaScript because the server of `npm start` reads it.

export function pagePolicy(connect?: readonly string[]): string;

export function contentSecurityPolicy(connect?: readonly string[]): string;
