// npm test runs its steps side by side: none is left out, none is cut in the middle of a line, and none begins after an interrupt.
import { expect, test } from 'vitest';
import { inLanes, namedLines } from '../tools/lanes.mjs';

const pause = () => new Promise<void>(resolve => setImmediate(resolve));

test('the steps of a lane in turn, the lanes side by side, the results in the order of the list', async () => {
  const order: string[] = [];
  const run = async (step: string) => {
    order.push(`${step} begins`);
    await pause();
    await pause();
    order.push(`${step} ends`);
    return step.toUpperCase();
  };
  expect(await inLanes([['a', 'b'], ['c']], run)).toEqual(['A', 'B', 'C']);
  expect(order.slice(0, 2)).toEqual(['a begins', 'c begins']);
  expect(order.indexOf('a ends')).toBeLessThan(order.indexOf('b begins'));
});

test('after an interrupt no step begins, and what ran is told', async () => {
  let interrupted = false;
  const run = async (step: string) => {
    await pause();
    interrupted = true;
    return step;
  };
  expect(
    await inLanes(
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      run,
      () => interrupted,
    ),
  ).toEqual(['a', 'c']);
});

test('a step that throws ends the run with its error', async () => {
  const run = (step: string) => (step === 'b' ? Promise.reject(new Error('no such step')) : Promise.resolve(step));
  await expect(inLanes([['a', 'b'], ['c']], run)).rejects.toThrow('no such step');
});

test('output comes line by line with its name, however it was cut', () => {
  const said: string[] = [];
  const lines = namedLines('unit', (line: string) => said.push(line));
  for (const piece of ['one\ntw', 'o\n\n', '10 %\r20 %\rdone\r\n', 'the e', 'nd']) lines.push(piece);
  expect(said).toEqual(['unit | one\n', 'unit | two\n', 'unit | \n', 'unit | done\n']);
  lines.end();
  lines.end();
  expect(said.slice(4)).toEqual(['unit | the end\n']);
});
