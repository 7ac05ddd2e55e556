// Draws calls over time as stacked bars, in SVG without a script: the portal puts it into a page, Slack gets it as an image.

export const CHART_SPANS = ['24 hours', '30 days', '12 months'] as const;
/** The last so many whole hours, days or months in UTC, the present one included. */
export type ChartSpan = (typeof CHART_SPANS)[number];

/** The calls of one hour, day or month, which begins at `startsAt`. `limited`: over a rate or a quota. */
export type CallPoint = { startsAt: Date; passed: number; refused: number; limited: number };
export type CallPart = 'passed' | 'refused' | 'limited';

/** In the order of a stack, from the bottom. */
export const CALL_PARTS: readonly { part: CallPart; words: string }[] = [
  { part: 'passed', words: 'answered' },
  { part: 'refused', words: 'refused' },
  { part: 'limited', words: 'over the limit' },
];

/** Each a colour as SVG takes it. Parts have patterns too, for people who can't tell the colours apart. */
export type ChartColours = Record<CallPart | 'ink' | 'line' | 'surface', string>;

/** On white, for an image that can't know the reader's scheme. Each part has at least 4.5 to 1. */
export const LIGHT_COLOURS: ChartColours = {
  passed: '#1a56db',
  refused: '#b42318',
  limited: '#8a5a00',
  ink: '#1c2128',
  line: '#d0d5db',
  surface: '#ffffff',
};

const WIDTH = 340;
const HEIGHT = 204;
const PLOT = { top: 26, height: 132, right: 6 };
const FONT_SIZE = 12;
/** Of a figure at that size, generously. */
const DIGIT_WIDTH = 7;
/** A call among thousands still shows. */
const LEAST_HEIGHT = 1.5;
const MAX_TICKS = 4;

type Unit = {
  unit: string;
  /** The word before a point's name: "at 14:00 UTC". */
  at: string;
  name: Intl.DateTimeFormat;
  label: Intl.DateTimeFormat;
  labelEvery: number;
};

const inUtc = (how: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...how });
const TIME = { hour: '2-digit', minute: '2-digit' } as const;
const DAY = inUtc({ day: 'numeric', month: 'short' });

const UNITS: Record<ChartSpan, Unit> = {
  '24 hours': {
    unit: 'hour',
    at: 'at',
    name: inUtc({ ...TIME, timeZoneName: 'short' }),
    label: inUtc(TIME),
    labelEvery: 6,
  },
  '30 days': { unit: 'day', at: 'on', name: DAY, label: DAY, labelEvery: 7 },
  '12 months': {
    unit: 'month',
    at: 'in',
    name: inUtc({ month: 'short', year: 'numeric' }),
    label: inUtc({ month: 'short' }),
    labelEvery: 3,
  },
};

/** "14:00 UTC", "29 Nov" or "Nov 2026", in UTC. */
export const pointName = (span: ChartSpan, { startsAt }: CallPoint): string =>
  UNITS[span].name.format(startsAt);

const FIGURES = new Intl.NumberFormat('en');
/** "1,204". */
export const figure = (count: number): string => FIGURES.format(count);

const totalOf = ({ passed, refused, limited }: Omit<CallPoint, 'startsAt'>): number =>
  passed + refused + limited;

export function sumOfCalls(points: readonly CallPoint[]): Record<CallPart, number> & { all: number } {
  const sum = { passed: 0, refused: 0, limited: 0 };
  for (const point of points) for (const { part } of CALL_PARTS) sum[part] += point[part];
  return { ...sum, all: totalOf(sum) };
}

/** "1,204 answered, 3 refused": the parts that aren't empty. */
const partsIn = (counts: Record<CallPart, number>): string =>
  CALL_PARTS.filter(({ part }) => counts[part] > 0)
    .map(({ part, words }) => `${figure(counts[part])} ${words}`)
    .join(', ');

/** All that the chart shows, in a sentence or two. */
export function describeCalls(span: ChartSpan, points: readonly CallPoint[]): string {
  const sum = sumOfCalls(points);
  if (sum.all === 0) return `No calls in the last ${span}.`;
  const most = points.reduce((one, other) => (totalOf(other) > totalOf(one) ? other : one));
  const { unit, at } = UNITS[span];
  const calls = sum.all === 1 ? '1 call' : `${figure(sum.all)} calls`;
  return `${calls} in the last ${span}: ${partsIn(sum)}. Most in one ${unit}: ${figure(totalOf(most))}, ${at} ${pointName(span, most)}.`;
}

type Drawing = {
  /** Read out, not shown. */
  title: string;
  /** Begins the ids in the drawing, which must differ from others on the page. */
  id: string;
  colours: ChartColours;
  /** The space around it: an image has none of its own. */
  margin?: number;
};

/** Fills the width that it is given. */
export function drawCallChart(
  span: ChartSpan,
  points: readonly CallPoint[],
  { title, id, colours, margin = 0 }: Drawing,
): string {
  const sum = sumOfCalls(points);
  const ticks = ticksUpTo(Math.max(...points.map(totalOf), 0));
  const left = DIGIT_WIDTH * figure(ticks.at(-1) ?? 0).length + 8;
  const frame = { left, width: WIDTH - left - PLOT.right, top: ticks.at(-1) ?? 1 };
  const placed = points.map((point, at) => ({ point, at, of: points.length }));
  const middle = left + frame.width / 2;
  const contents = [
    `<title id="${id}-title">${escapeXml(title)}</title>`,
    `<desc id="${id}-desc">${escapeXml(describeCalls(span, points))}</desc>`,
    `<defs>${patterns(id, colours)}</defs>`,
    `<g font-size="${FONT_SIZE}" fill="${colours.ink}">`,
    text(0, 12, `Calls each ${UNITS[span].unit}, in UTC`),
    ...(sum.all === 0
      ? [axis(0, frame, colours.ink), text(middle, PLOT.top + 70, `No calls in the last ${span}`, 'middle')]
      : [
          ...ticks.map((tick) => tickLine(tick, frame, colours)),
          ...placed.map((one) => bar(span, one, frame, id, colours)),
          legend(sum, id, colours),
        ]),
    ...placed.map((one) => label(span, one, frame)),
    '</g>',
  ];
  const box = [-margin, -margin, WIDTH + 2 * margin, HEIGHT + 2 * margin].join(' ');
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-desc" viewBox="${box}" font-family="Lato, system-ui, sans-serif">${contents.join('')}</svg>`;
}

/** From 0 in equal steps of 1, 2 or 5 times a power of ten, the last at or above `most`. */
function ticksUpTo(most: number): number[] {
  const least = Math.max(most, 1) / MAX_TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * power).find((one) => one >= least) ?? 1);
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

type Frame = { left: number; width: number; top: number };
type PlacedPoint = { point: CallPoint; at: number; of: number };

const heightOf = (calls: number, { top }: Frame): number => (calls / top) * PLOT.height;
const BASE = PLOT.top + PLOT.height;

const tickLine = (tick: number, frame: Frame, { ink, line }: ChartColours): string =>
  axis(tick, frame, tick === 0 ? ink : line) +
  text(frame.left - 6, round(BASE - heightOf(tick, frame)) + 4, figure(tick), 'end');

const axis = (tick: number, frame: Frame, colour: string): string =>
  `<path d="M${frame.left} ${round(BASE - heightOf(tick, frame))}H${WIDTH - PLOT.right}" stroke="${colour}" stroke-width="1"/>`;

function bar(
  span: ChartSpan,
  { point, at, of }: PlacedPoint,
  frame: Frame,
  id: string,
  colours: ChartColours,
): string {
  if (totalOf(point) === 0) return '';
  const slot = frame.width / of;
  const [x, width] = [round(frame.left + slot * at + slot * 0.1), round(slot * 0.8)];
  let y = BASE;
  const parts = CALL_PARTS.map(({ part }) => {
    if (point[part] === 0) return '';
    const height = Math.max(LEAST_HEIGHT, heightOf(point[part], frame));
    y -= height;
    return `<rect x="${x}" y="${round(y)}" width="${width}" height="${round(height)}" ${fillOf(part, id, colours)}/>`;
  });
  return `<g><title>${pointName(span, point)}: ${partsIn(point)}</title>${parts.join('')}</g>`;
}

/** The present point has a name, and each so many before it. */
function label(span: ChartSpan, { point, at, of }: PlacedPoint, frame: Frame): string {
  const fromEnd = of - 1 - at;
  if (fromEnd % UNITS[span].labelEvery !== 0) return '';
  const words = UNITS[span].label.format(point.startsAt);
  const x = round(frame.left + (frame.width / of) * (at + 0.5));
  const isLast = fromEnd === 0;
  return text(isLast ? WIDTH - PLOT.right : x, BASE + 17, words, isLast ? 'end' : 'middle');
}

function legend(sum: Record<CallPart, number>, id: string, colours: ChartColours): string {
  const shown = CALL_PARTS.filter(({ part }) => part === 'passed' || sum[part] > 0);
  return shown
    .map(({ part, words }, at) => {
      const x = at * 100;
      return `<rect x="${x}" y="${HEIGHT - 15}" width="12" height="12" ${fillOf(part, id, colours)}/>${text(x + 18, HEIGHT - 5, words)}`;
    })
    .join('');
}

/** Plain, striped or dotted. */
const fillOf = (part: CallPart, id: string, colours: ChartColours): string =>
  part === 'passed'
    ? `fill="${colours.passed}"`
    : `fill="url(#${id}-${part})" stroke="${colours[part]}" stroke-width="0.75"`;

const patterns = (id: string, { refused, limited, surface }: ChartColours): string =>
  `<pattern id="${id}-refused" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" fill="${refused}"/><rect width="1.4" height="4" fill="${surface}"/></pattern>` +
  `<pattern id="${id}-limited" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="${surface}"/><circle cx="2" cy="2" r="1.3" fill="${limited}"/></pattern>`;

const text = (x: number, y: number, words: string, anchor = 'start'): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${escapeXml(words)}</text>`;

const round = (value: number): number => Math.round(value * 100) / 100;

const escapeXml = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Without ▄ and █, which many fonts draw on another line than the rest. */
const LEVELS = ['▁', '▂', '▃', '▅', '▆', '▇'];

/** A character for each count, by its share of the greatest. Only 0 has the lowest. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  return counts.map((count) => LEVELS[Math.ceil((count / most) * (LEVELS.length - 1))]).join('');
}
