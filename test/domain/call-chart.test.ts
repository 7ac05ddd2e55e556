import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it, test } from 'vitest';
import { drawCallChart, LIGHT_COLOURS } from '../../src/domain/call-chart.ts';
import {
  pointsOf as timesOf,
  USAGE_TIMES,
  type UsagePoint,
  type UsageTime,
} from '../../src/domain/usage-times.ts';
import { describeCalls, sparkline } from '../../src/domain/usage-words.ts';
import { LANGUAGES } from '../../src/languages/languages.ts';
import { sayIn, sayInEnglish } from '../../src/languages/say.ts';
import { CSS } from '../../src/portal/layout.tsx';

const NOW = new Date(Date.UTC(2026, 10, 29, 21, 30));

/** `calls` are those of the last points: answered, refused, over the limit. */
const pointsOf = (time: UsageTime, calls: [number, number, number][] = []): UsagePoint[] =>
  timesOf(time, NOW).map((startsAt, at, { length }) => {
    const [passed, refused, limited] = calls[calls.length - length + at] ?? [0, 0, 0];
    return { startsAt, passed, refused, limited };
  });

type Element = { name: string; attributes: Record<string, string>; text: string };

/** Throws for text that isn't XML. */
function elementsOf(svg: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    for (const one of open) one.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(svg).close();
  return elements;
}

const draw = (time: UsageTime, points: UsagePoint[], title = 'Calls', say = sayInEnglish) =>
  elementsOf(drawCallChart(time, points, { title, id: 'calls', colours: LIGHT_COLOURS, say }));
const named = (elements: Element[], name: string) => elements.filter((one) => one.name === name);
const textsOf = (elements: Element[]) => named(elements, 'text').map(({ text }) => text);

describe('a chart of calls', () => {
  it('is an image with a title, and says its figures in words', () => {
    const svg = draw(
      '30 days',
      pointsOf('30 days', [
        [1_204, 3, 0],
        [10, 0, 2],
      ]),
      'Calls of <Starter> & "more"',
    );
    expect(svg[0]?.attributes).toMatchObject({
      role: 'img',
      'aria-labelledby': 'calls-title',
      'aria-describedby': 'calls-desc',
    });
    expect(named(svg, 'title')[0]).toMatchObject({
      text: 'Calls of <Starter> & "more"',
      attributes: { id: 'calls-title' },
    });
    expect(named(svg, 'desc')[0]).toMatchObject({
      text: '1,219 calls in the last 30 days: 1,214 answered, 3 refused, 2 over the limit. Most in one day: 1,207, on 28 Nov.',
      attributes: { id: 'calls-desc' },
    });
    expect(
      named(svg, 'title')
        .slice(1)
        .map(({ text }) => text),
    ).toEqual(['28 Nov: 1,204 answered, 3 refused', '29 Nov: 10 answered, 2 over the limit']);
  });

  it('labels its axes in plain figures and in UTC, and names the parts that it has', () => {
    expect(textsOf(draw('24 hours', pointsOf('24 hours', [[700, 0, 0]])))).toEqual([
      'Calls each hour, in UTC',
      ...['0', '200', '400', '600', '800'],
      'Answered',
      ...['03:00', '09:00', '15:00', '21:00'],
    ]);
    expect(textsOf(draw('12 months', pointsOf('12 months', [[2_400_000, 1, 1]])))).toEqual([
      'Calls each month, in UTC',
      ...['0', '1,000,000', '2,000,000', '3,000,000'],
      ...['Answered', 'Refused', 'Over the limit'],
      ...['Feb', 'May', 'Aug', 'Nov'],
    ]);
  });

  test.each(USAGE_TIMES)('has labels of %s that keep apart in every language', (time) => {
    for (const language of Object.values(LANGUAGES)) {
      // The figures of the other axis take room too.
      const svg = draw(time, pointsOf(time, [[9_000_000, 0, 0]]), 'Calls', sayIn(language));
      const labels = named(svg, 'text').filter(({ attributes }) => attributes.y === '175');
      const spans = labels.map(({ attributes, text }) => {
        const [x, width] = [Number(attributes.x), 7 * text.length];
        return attributes['text-anchor'] === 'end' ? [x - width, x] : [x - width / 2, x + width / 2];
      });
      expect(spans.length, language.name).toBeGreaterThan(1);
      for (const [at, [begin = 0]] of spans.entries())
        expect(begin, `${language.name}: ${labels[at]?.text}`).toBeGreaterThan(spans[at - 1]?.[1] ?? 0);
    }
  });

  test.each(USAGE_TIMES)('says in words that there were no calls in %s', (time) => {
    const svg = draw(time, pointsOf(time));
    expect(describeCalls(time, pointsOf(time))).toBe(`No calls in the last ${time}.`);
    expect(textsOf(svg)).toContain(`No calls in the last ${time}`);
    expect(named(svg, 'g')).toHaveLength(1);
  });

  it('has nothing that the policy of a page forbids: no script, no style, nothing from elsewhere', () => {
    for (const { name, attributes } of draw('30 days', pointsOf('30 days', [[5, 5, 5]]))) {
      expect(['script', 'style', 'image', 'use', 'a', 'foreignObject']).not.toContain(name);
      for (const [attribute, value] of Object.entries(attributes)) {
        expect(attribute).not.toMatch(/^(style|on|href|xlink)/);
        expect(value).not.toMatch(/url\((?!#calls-)/);
      }
    }
  });

  it('stacks each point inside its axes, whatever the figures', () => {
    const count = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 5_000_000_000 }));
    const calls = fc.array(fc.tuple(count, count, count), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(calls, (of) => {
        const svg = draw('12 months', pointsOf('12 months', of));
        const bars = named(svg, 'rect').slice(3);
        const ticks = textsOf(svg).filter((text) => /^[\d,]+$/.test(text));
        if (of.every((one) => one.every((calls) => calls === 0))) return ticks.length === 0;
        const top = Number(ticks.at(-1)?.replaceAll(',', ''));
        const most = Math.max(...of.map((one) => one[0] + one[1] + one[2]));
        // Three parts that are next to nothing are still shown, a little above.
        const isInside = ({ attributes: { x, y, width } }: Element) =>
          Number(y) >= 20 && Number(x) >= 0 && Number(x) + Number(width) <= 340;
        return top >= most && bars.every(isInside);
      }),
      { numRuns: 50 },
    );
  });
});

/** WCAG 2.2: the contrast between two colours. */
function contrast(one: string, other: string): number {
  const light = (hex: string) => {
    const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high = 0, low = 0] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** The variables of the page in light and in dark. */
function schemes(): Record<string, string>[] {
  const [light = '', dark = ''] = CSS.split('\n').filter((line) => line.includes(':root'));
  const read = (line: string) =>
    Object.fromEntries([...line.matchAll(/--([\w-]+): (#\w+)/g)].map(([, name, value]) => [name, value]));
  return [read(light), { ...read(light), ...read(dark) }];
}

test('every part of a chart has 4.5 to 1 on its ground, on a page in light and dark and in an image', () => {
  const { passed, refused, limited, ink, surface } = LIGHT_COLOURS;
  for (const colour of [passed, refused, limited, ink])
    expect(contrast(colour, surface)).toBeGreaterThan(4.5);
  for (const { accent, bad, warn, ink, card } of schemes())
    for (const colour of [accent, bad, warn, ink])
      expect(contrast(String(colour), String(card))).toBeGreaterThan(4.5);
});

test('a sparkline has a level for each count, and the lowest for none alone', () => {
  expect(sparkline([0, 1, 500, 999, 1_000])).toBe('▁▂▅▇▇');
  expect(sparkline([0, 0])).toBe('▁▁');
});
