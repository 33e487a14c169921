// The access token of a person on its way to the Hub: when it is sent, and that it goes to no other place. Where a redirect
// leads to another origin, browsers take it off, as the Fetch standard says.
import type { HubToken } from '../lib/model-source.ts';

/** One look at a model, or one load: open models are read without the token, others with it once the Hub has refused. */
export class Access {
  readonly #token: HubToken | undefined;
  #refused = false;

  constructor(token: HubToken | undefined) {
    this.#token = token;
  }

  /** What a request to `url` carries; null where it carries nothing. */
  authorization(url: string): string | null {
    return this.#refused ? this.#header(url) : null;
  }

  /** The Hub has refused a request to `url` that carried nothing. True when there is something to try it with. */
  refused(url: string): boolean {
    const has = this.#header(url) !== null;
    this.#refused ||= has;
    return has;
  }

  #header(url: string): string | null {
    const token = this.#token;
    return token && originOf(url) === token.host ? `Bearer ${token.value}` : null;
  }
}

function originOf(url: string): string | null {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
}
