import fc from 'fast-check';
import { expect, it } from 'vitest';
import { brandColorOf, contrast } from '../../src/domain/brand-color.ts';

const LIGHT = ['#ffffff', '#f3f4f6', '#f3f5f8'];
const DARK = ['#14161a', '#1f2329', '#0f1216', '#191e25', '#232a33'];

it('measures contrast as WCAG does', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#ffffff', '#777777')).toBe(contrast('#777777', '#ffffff'));
});

it('takes any colour, or names the nearest that can be read; in light and dark, in text and on buttons', () => {
  const channel = fc.integer({ min: 0, max: 255 }).map((value) => value.toString(16).padStart(2, '0'));
  const color = fc.tuple(channel, channel, channel).map((channels) => `#${channels.join('')}`);
  fc.assert(
    fc.property(color, (wanted) => {
      const first = brandColorOf(wanted);
      const taken = 'nearest' in first ? brandColorOf(first.nearest) : first;
      if ('nearest' in taken) throw new Error(`${taken.nearest} isn't taken either`);
      if (!('nearest' in first)) expect(taken.light.accent).toBe(wanted);
      for (const behind of LIGHT) expect(contrast(taken.light.accent, behind)).toBeGreaterThanOrEqual(4.5);
      for (const behind of DARK) expect(contrast(taken.dark.accent, behind)).toBeGreaterThanOrEqual(4.5);
      for (const { accent, onAccent } of [taken.light, taken.dark])
        expect(contrast(accent, onAccent)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

it('keeps the hue in the dark', () => {
  expect(brandColorOf('#7a1fa2')).toMatchObject({ light: { accent: '#7a1fa2' } });
  expect(brandColorOf('#ffcc00')).toEqual({ nearest: expect.stringMatching(/^#[78]\w6\w00$/) });
});
