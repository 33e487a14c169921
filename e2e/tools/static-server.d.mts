// Types of static-server.mjs, which is plain JavaScript because `npm start` runs it before anything is built.

export function serveFolder(options: {
  readonly folder: string;
  readonly prefix?: string;
  readonly ports?: readonly number[];
  readonly connect?: readonly string[];
  /** Null: none. */
  readonly policy?: string | null;
}): Promise<{ readonly url: string; close(): Promise<void> }>;
