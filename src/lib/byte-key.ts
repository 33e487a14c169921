// Bytes as keys of maps, and as what they are sorted by.

/** Bytes as a string that compares as they do: a character each. */
export function keyOf(bytes: Uint8Array): string {
  let key = '';
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}
