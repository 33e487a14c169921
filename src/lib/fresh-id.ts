// An id that nothing else has: 128 random bits. crypto.randomUUID is there on secure addresses only, and the page must open on others too.

/** 32 hexadecimal digits. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
