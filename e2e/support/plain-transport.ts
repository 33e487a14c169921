// Test support: requests to a server straight from here, without a worker of their own between.
import { ask, type Transport } from '../../src/remote/wire.ts';

export const plainTransport: Transport = (request, signal) =>
  ask(request, signal, { fetch, secure: false, refusedByPolicy: () => false });
