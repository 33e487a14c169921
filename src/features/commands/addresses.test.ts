// Which addresses may be fetched: a table of what is listed, what only looks so, and every notation of what is near.
import { describe, expect, test } from 'vitest';
import { type Allowed, addressToFetch, allowedOf } from './addresses.ts';

const entry = (prefix: string, near = false): Allowed => {
  const read = allowedOf(prefix, near);
  if (!read.ok) throw new Error(`${prefix}: ${read.why}`);
  return read.value;
};

const LIST = [
  entry('https://api.example.com/v1/'),
  entry('https://two.example.com/data'),
  entry('https://[2606:4700::1]/'),
];

/** The address where it is taken, else why not. */
const fetched = (template: string, argument = '', list = LIST): string => {
  const checked = addressToFetch(template, argument, list);
  return checked.ok ? checked.value.href : checked.why;
};

// Reserved for documents; what is refused for them is tested by name below.
const API = 'https://api.example.com';

describe('addresses on the list', () => {
  test.each([
    [`${API}/v1/weather`, `${API}/v1/weather`],
    [`${API}:443/v1/x?a=1&b=2`, `${API}/v1/x?a=1&b=2`],
    ['HTTPS://API.EXAMPLE.COM/v1/x', `${API}/v1/x`],
    [`${API}/v1/x#part`, `${API}/v1/x`],
    [`${API}/v1/a/../b`, `${API}/v1/b`],
    ['https://two.example.com/data', 'https://two.example.com/data'],
    ['https://two.example.com/data/deep?x', 'https://two.example.com/data/deep?x'],
    ['https://[2606:4700:0::1]/x', 'https://[2606:4700::1]/x'],
  ])('%s', (address, href) => expect(fetched(address)).toBe(href));

  test.each([
    [`${API}/v2/x`, 'not_listed'],
    [`${API}/v1`, 'not_listed'],
    [`${API}/`, 'not_listed'],
    [`${API}/v1/../v2/x`, 'not_listed'],
    [`${API}/v1/%2e%2e/v2`, 'not_listed'],
    [`${API}/v1/.%2E/v2`, 'not_listed'],
    [`${API}/v1/..%2fv2`, 'path'],
    [`${API}/v1/a%5cb`, 'path'],
    [`${API}/v1/a%00`, 'path'],
    [`${API}:444/v1/x`, 'not_listed'],
    [`${API}./v1/x`, 'trailing_dot'],
    [`${API}.evil.org/v1/x`, 'not_listed'],
    ['https://evil.org/?https://api.example.com/v1/', 'not_listed'],
    ['https://two.example.com/database', 'not_listed'],
    ['https://user@api.example.com/v1/x', 'user'],
    ['https://api.example.com@evil.org/v1/x', 'user'],
    ['https://:@api.example.com/v1/x', 'user'],
    ['https://@api.example.com/v1/x', 'user'],
    ['http://api.example.com/v1/x', 'plain_http'],
    ['//api.example.com/v1/x', 'no_address'],
    ['https:api.example.com/v1/x', 'no_address'],
    ['https:/api.example.com/v1/x', 'no_address'],
    ['https:///api.example.com/v1/x', 'no_address'],
    ['https:\\\\api.example.com\\v1\\x', 'no_address'],
    ['https://api.example.com\\@evil.org/v1/x', 'no_address'],
    [' https://api.example.com/v1/x', 'no_address'],
    ['https://api.exam\tple.com/v1/x', 'no_address'],
    ['https://api.exam\nple.com/v1/x', 'no_address'],
    ['/v1/x', 'no_address'],
    ['', 'no_address'],
    [`${API}/v1/${'x'.repeat(2001)}`, 'no_address'],
    ['file:///etc/passwd', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['data:text/plain,x', 'scheme'],
    ['blob:https://api.example.com/v1/x', 'scheme'],
    ['ftp://api.example.com/v1/x', 'scheme'],
    ['ws://api.example.com/v1/x', 'scheme'],
    ['view-source:https://api.example.com/v1/x', 'scheme'],
  ])('not %s: %s', (address, why) => expect(fetched(address)).toBe(why));

  test('nothing is listed at first', () => expect(fetched(`${API}/v1/x`, '', [])).toBe('not_listed'));
});

describe('arguments', () => {
  test.each([
    [`${API}/v1/x?q={argument}`, 'Paris & co', `${API}/v1/x?q=Paris%20%26%20co`],
    [`${API}/v1/x?q={argument}&r={argument}`, '#?=', `${API}/v1/x?q=%23%3F%3D&r=%23%3F%3D`],
    [`${API}/v1/{argument}`, 'Köln', `${API}/v1/K%C3%B6ln`],
    [`${API}/v1/x?q={argument}`, '../../v2', `${API}/v1/x?q=..%2F..%2Fv2`],
    [`${API}/v1/x?q={argument}`, '\ud800', `${API}/v1/x?q=%EF%BF%BD`],
    [`${API}/v1/x?q={argument}`, '{argument}', `${API}/v1/x?q=%7Bargument%7D`],
    [`${API}/v1/x?q={argument}`, '', `${API}/v1/x?q=`],
    [`${API}/v1/{argument}/x`, '..', 'not_listed'],
    [`${API}/v1/{argument}`, '.', `${API}/v1/`],
    [`${API}/v1/{argument}`, '../v2', 'path'],
    [`${API}/v1/{argument}`, '\\..', 'path'],
    [`${API}/v1/{argument}`, '%2e%2e', `${API}/v1/%252e%252e`],
    ['https://{argument}/v1/x', 'api.example.com', 'placeholder'],
    ['https://{argument}.example.com/v1/x', 'api', 'placeholder'],
    ['https://api.example.com{argument}/v1/x', '', 'placeholder'],
    ['https://api.example.com{argument}/v1/x', '@evil.org', 'placeholder'],
    ['https://api.example.com:{argument}/v1/x', '444', 'placeholder'],
    ['{argument}', `${API}/v1/x`, 'placeholder'],
    ['{argument}://api.example.com/v1/', 'https', 'placeholder'],
  ])('%s with %j', (template, argument, expected) => expect(fetched(template, argument)).toBe(expected));
});

const NEAR = [
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://0x7f.1/',
  'https://017700000001/',
  'https://0/',
  'https://0.0.0.0/',
  'https://127.255.255.254/',
  'https://10.0.0.1/',
  'https://10.255.255.255/',
  'https://167772161/',
  'https://012.0.0.1/',
  'https://0xa.0.0.1/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1/',
  'https://3232235777/',
  'https://192.168.257/',
  'https://169.254.169.254/',
  'https://0xa9fea9fe/',
  'https://2852039166/',
  'https://100.64.0.1/',
  'https://100.127.255.255/',
  'https://192.0.0.1/',
  'https://192.0.2.7/',
  'https://198.18.0.1/',
  'https://198.19.255.255/',
  'https://198.51.100.1/',
  'https://203.0.113.9/',
  'https://224.0.0.1/',
  'https://239.255.255.250/',
  'https://240.0.0.1/',
  'https://255.255.255.255/',
  'https://１２７.0.0.1/',
  'https://127。0。0。1/',
  'https://①②⑦.0.0.1/',
  'https://[::1]/',
  'https://[::]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::ffff:0:192.168.0.1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::192.168.0.1]/',
  'https://[64:ff9b:1::1]/',
  'https://[2002:7f00:1::]/',
  'https://[2002:c0a8:101::1]/',
  'https://[2001:0:1::1]/',
  'https://[2001:db8::1]/',
  'https://[fc00::1]/',
  'https://[fdff::1]/',
  'https://[fe80::1]/',
  'https://[febf::1]/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  'https://[ff0e::1]/',
  'https://[100::1]/',
  'https://[4000::1]/',
  'https://[3fff::1]/',
  'https://localhost/',
  'https://LOCALHOST/',
  'https://a.localhost/',
  'https://printer.local/',
  'https://router/',
  'https://nas.lan/',
  'https://x.internal/',
  'https://x.home.arpa/',
  'https://metadata.google.internal/',
  'https://x.onion/',
];

const FAR = [
  'https://1.1.1.1/',
  'https://8.8.8.8/',
  'https://9.255.255.255/',
  'https://11.0.0.0/',
  'https://126.255.255.255/',
  'https://128.0.0.0/',
  'https://172.15.255.255/',
  'https://172.32.0.0/',
  'https://192.167.255.255/',
  'https://192.169.0.0/',
  'https://169.253.255.255/',
  'https://169.255.0.0/',
  'https://100.63.255.255/',
  'https://100.128.0.0/',
  'https://223.255.255.255/',
  'https://[2606:4700:4700::1111]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[64:ff9b::8.8.8.8]/',
  'https://[2002:808:808::1]/',
  'https://localhost.com/',
  'https://example.org/',
  'https://local.example.org/',
  'https://münchen.de/',
];

describe('near and far', () => {
  test.each(NEAR)('%s is near', address => {
    expect(allowedOf(address, false)).toEqual({ ok: false, why: 'near' });
    const allowed = entry(address, true);
    expect(allowed.near).toBe(true);
    expect(fetched(address, '', [allowed])).toBe(allowed.prefix);
    // What says nothing of it allows nothing.
    expect(fetched(address, '', [{ ...allowed, near: false }])).toBe('near');
  });

  test.each(FAR)('%s is far', address => expect(entry(address).near).toBe(false));
});

describe('what can be listed', () => {
  test.each([
    ['http://localhost:8080/x', true, 'http://localhost:8080/x'],
    ['http://127.0.0.1/', true, 'http://127.0.0.1/'],
    ['http://[::1]:1/', true, 'http://[::1]:1/'],
    ['http://localhost:8080/', false, 'near'],
    ['http://192.168.1.1/', true, 'plain_http'],
    ['http://example.org/', true, 'plain_http'],
    ['https://example.org', false, 'https://example.org/'],
    ['  https://example.org/a  ', false, 'https://example.org/a'],
    ['https://example.org/a?b', false, 'query'],
    ['https://example.org/#b', false, 'query'],
    ['https://example.org/?', false, 'query'],
    ['https://example.org./', false, 'trailing_dot'],
    // A number is a number.
    ['https://127.0.0.1./', true, 'https://127.0.0.1/'],
    ['https://me:secret@example.org/', false, 'user'],
    ['https://*.example.org/', false, 'no_address'],
    ['https://example.org/{argument}', false, 'placeholder'],
    ['https://example.org/%2e%2e%2f', false, 'path'],
    ['https://1.2.3.4.5/', false, 'no_address'],
    ['https://256.0.0.1/', false, 'no_address'],
    ['https://', false, 'no_address'],
    ['*', false, 'no_address'],
    ['example.org', false, 'no_address'],
  ])('%s, near: %s', (typed, near, expected) => {
    const read = allowedOf(typed, near);
    expect(read.ok ? read.value.prefix : read.why).toBe(expected);
  });
});
