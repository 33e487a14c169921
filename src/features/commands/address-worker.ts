// Asks one address for a command, apart from the page: a host can give this one file a policy that lets it connect where a person says, and keep all others strict.
import { limit } from '../../lib/limit.ts';
import { reach } from '../../lib/network.ts';
import { policyRefusals } from '../../lib/policy-refusals.ts';
import { type AddressAnswer, type AddressRequest, fetchAllowed } from './fetched.ts';

interface Scope {
  postMessage(message: AddressAnswer): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<AddressRequest>) => void): void;
  addEventListener(type: 'securitypolicyviolation', listener: () => void): void;
}

const scope = globalThis as unknown as Scope;

const around = {
  fetch: reach,
  later: limit,
  refusedByPolicy: policyRefusals(scope),
};

scope.addEventListener('message', ({ data }) => {
  void fetchAllowed(data, around).then(answer => scope.postMessage(answer));
});
