// What a pattern of a tokenizer.json holds that is not done here.

/** Its message names the part. */
export class UnknownPattern extends Error {}
