// Trusted Types: the policy of the page, and of its workers, lets no text become code. Here stands what may: the address of a script of their own origin, for workers.

/** What of the browser's Trusted Types is used; the DOM types know none. */
interface Policies {
  createPolicy(name: string, rules: { readonly createScriptURL: (address: string) => string | null }): unknown;
}

/**
 * Text that is given to a worker, or registered as a service worker, goes through the rule of the policy `default`. It has none for markup and none for
 * code, so these are refused. Replies are cleaned by DOMPurify, which has a policy of its own. Before the first worker; nothing where the browser knows no Trusted Types.
 * @param base the address of the page or worker
 */
export function trustOwnScripts(base: string): void {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: Policies };
  trustedTypes?.createPolicy('default', {
    // Browsers say more than the address.
    createScriptURL: address => ownScript(address, base),
  });
}

/** The address where it is a file of this origin; null, which the browser refuses, elsewhere. */
export function ownScript(address: string, base: string): string | null {
  const [script, page] = [new URL(address, base), new URL(base)];
  return script.protocol === page.protocol && script.origin === page.origin ? address : null;
}
