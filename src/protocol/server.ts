// What a server that stands for the worker's model gives: asked on connect, told to the page with `loaded`.

/** What came of the questions to a server. Whatever it did not answer counts as not given. */
export interface ServerFacts {
  /** Origin and path that a person added; every request goes there and nowhere else. No closing slash, no `/v1`. */
  readonly address: string;
  /** The model in use, and all that the server lists. */
  readonly model: string;
  readonly models: readonly string[];
  /** What the server says of itself: `llamacpp`, `vllm`, `sglang`; '' where it says nothing. */
  readonly software: string;
  /** Tokens that a text may have; null where it does not say. */
  readonly context: number | null;
  /** Ids of the vocabulary; null where it does not say. */
  readonly vocabulary: number | null;
  /** Candidates that it gives with a token, at most. */
  readonly candidates: number;
  /** Tokens that come with their ids: all candidates, the written one alone, or none. */
  readonly ids: 'all' | 'written' | 'none';
  /** It gives the ids of a text, and the text of ids. */
  readonly tokenizes: boolean;
  readonly detokenizes: boolean;
  /** A prompt may be a list of ids; else it is sent as text. */
  readonly takesIds: boolean;
  /** How it scores a prompt; null where it does not. */
  readonly scores: 'prompt_logprobs' | 'echo' | null;
}
