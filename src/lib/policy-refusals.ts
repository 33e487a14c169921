// Whether the policy that a worker was served with has refused a connection: the browser says so in an event alone.

/** What of a worker's scope is used. */
interface Scope {
  addEventListener(type: 'securitypolicyviolation', listener: () => void): void;
}

/** Whether that has happened since it was last asked. */
export function policyRefusals(scope: Scope): () => boolean {
  let refused = false;
  scope.addEventListener('securitypolicyviolation', () => {
    refused = true;
  });
  return () => {
    const was = refused;
    refused = false;
    return was;
  };
}
