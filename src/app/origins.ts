// Where models come from: the Hub, or a mirror of it that a person has set under `nucleus.hub` in localStorage.

export const HUB_HOST = 'https://huggingface.co';

/** The host of the Hub, without a closing slash. A mirror must speak https, or be on this machine. */
export function hubHost(storage: Pick<Storage, 'getItem'> | null): string {
  try {
    const mirror = new URL(storage?.getItem('nucleus.hub') ?? HUB_HOST);
    const local = mirror.hostname === 'localhost' || mirror.hostname === '127.0.0.1';
    return mirror.protocol === 'https:' || (mirror.protocol === 'http:' && local) ? mirror.origin : HUB_HOST;
  } catch {
    return HUB_HOST;
  }
}
