// A server that computes, in words: where the text goes, and what it does not show.
import type { ServerFacts } from '../../protocol/server.ts';

/** `127.0.0.1:8080`, `gpu.example.org/llama`. */
export const hostOf = ({ address }: Pick<ServerFacts, 'address'>): string => address.replace(/^https?:\/\//, '');

export const serverWords = (facts: Pick<ServerFacts, 'address'>): string =>
  `A server is the engine: your text is sent to ${facts.address}, and to no other address. What happens to it there is up to that server.`;
