// The card of a token covers nothing of it and stays in the window, wherever the token stands.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cardPlace } from './place.ts';

const SIZE = { width: 320, height: 270 };

test('under its token where there is room, over it where there is none', () => {
  const token = { left: 40, top: 100, width: 50, height: 24 };
  expect(cardPlace([token], SIZE, 1000, 800)).toEqual({ left: 40, top: 130, room: 662 });
  expect(cardPlace([{ ...token, top: 700 }], SIZE, 1000, 800)).toEqual({ left: 40, top: 424, room: 686 });
});

test('meets no line of its token, and none of it is out of the window', () => {
  fc.assert(
    fc.property(
      fc.nat(1270),
      fc.nat(750),
      fc.boolean(),
      fc.integer({ min: 400, max: 1200 }),
      (left, top, two, height) => {
        const first = { left, top: Math.min(top, height - 60), width: 60, height: 24 };
        const boxes = two ? [first, { left: 8, top: first.top + 28, width: 90, height: 24 }] : [first];
        const place = cardPlace(boxes, SIZE, 1280, height);
        const bottom = place.top + Math.min(SIZE.height, place.room);
        for (const box of boxes) expect(bottom <= box.top || place.top >= box.top + box.height).toBe(true);
        expect(place.room).toBeGreaterThanOrEqual(150);
        expect(place.left).toBeGreaterThanOrEqual(8);
        expect(place.left + SIZE.width).toBeLessThanOrEqual(1280 - 8);
        expect(place.top).toBeGreaterThanOrEqual(8);
        expect(bottom).toBeLessThanOrEqual(height - 8);
      },
    ),
  );
});
