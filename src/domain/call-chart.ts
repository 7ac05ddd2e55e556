// Draws calls over time as stacked bars, in SVG without a script: the portal puts it into a page, Slack gets it as an image.

import { type Say, sayInEnglish } from '../languages/say.ts';
import { type CallSums, type UsagePoint, type UsageTime, unitOf } from './usage-times.ts';
import { CALL_PARTS, describeCalls, partsOf, pointName, sumOfCalls, totalOf } from './usage-words.ts';

/** Each a colour as SVG takes it. Parts have patterns too, for people who can't tell the colours apart. */
export type ChartColours = Record<keyof CallSums | 'ink' | 'line' | 'surface', string>;

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
/** Of a character at that size, generously. */
const CHARACTER_WIDTH = 7;
/** Between two labels of the axis. */
const LABEL_GAP = 6;
/** A call among thousands still shows. */
const LEAST_HEIGHT = 1.5;
const MAX_TICKS = 4;

/** Of the points below the axis; each so many before the present one has a label, or each twice so many in a wide language. */
const LABELS: Record<UsageTime, { format: Intl.DateTimeFormatOptions; every: number }> = {
  '24 hours': { format: { hour: '2-digit', minute: '2-digit' }, every: 6 },
  '30 days': { format: { day: 'numeric', month: 'short' }, every: 7 },
  '12 months': { format: { month: 'short' }, every: 3 },
};

type Drawing = {
  /** Read out, not shown. */
  title: string;
  /** Begins the ids in the drawing, which must differ from others on the page. */
  id: string;
  colours: ChartColours;
  /** The space around it: an image has none of its own. */
  margin?: number;
  say?: Say;
};

const NO_CALLS = 'No calls in the last {unit, select, hour {24 hours} day {30 days} other {12 months}}';

/** Fills the width that it is given. Time goes from left to right in every language. */
export function drawCallChart(
  time: UsageTime,
  points: readonly UsagePoint[],
  { title, id, colours, margin = 0, say = sayInEnglish }: Drawing,
): string {
  const sum = sumOfCalls(points);
  const unit = unitOf(time);
  const ticks = ticksUpTo(Math.max(...points.map(totalOf), 0));
  const left = CHARACTER_WIDTH * say.number(ticks.at(-1) ?? 0).length + 8;
  const frame = { left, width: WIDTH - left - PLOT.right, top: ticks.at(-1) ?? 1, say };
  const placed = points.map((point, at) => ({ point, at, of: points.length }));
  const middle = left + frame.width / 2;
  const contents = [
    `<title id="${id}-title">${escapeXml(title)}</title>`,
    `<desc id="${id}-desc">${escapeXml(describeCalls(time, points, say))}</desc>`,
    `<defs>${patterns(id, colours)}</defs>`,
    `<g font-size="${FONT_SIZE}" fill="${colours.ink}">`,
    text(0, 12, say('Calls each {unit, select, hour {hour} day {day} other {month}}, in UTC', { unit })),
    ...(sum.all === 0
      ? [axis(0, frame, colours.ink), text(middle, PLOT.top + 70, say(NO_CALLS, { unit }), 'middle')]
      : [
          ...ticks.map((tick) => tickLine(tick, frame, colours)),
          ...placed.map((one) => bar(time, one, frame, id, colours)),
          legend(sum, id, colours, say),
        ]),
    ...labels(time, placed, frame),
    '</g>',
  ];
  const box = [-margin, -margin, WIDTH + 2 * margin, HEIGHT + 2 * margin].join(' ');
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-desc" viewBox="${box}" font-family="Lato, system-ui, sans-serif" direction="ltr">${contents.join('')}</svg>`;
}

/** From 0 in equal steps of 1, 2 or 5 times a power of ten, the last at or above `most`. */
function ticksUpTo(most: number): number[] {
  const least = Math.max(most, 1) / MAX_TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * power).find((one) => one >= least) ?? 1);
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

type Frame = { left: number; width: number; top: number; say: Say };
type PlacedPoint = { point: UsagePoint; at: number; of: number };

const heightOf = (calls: number, { top }: Frame): number => (calls / top) * PLOT.height;
const BASE = PLOT.top + PLOT.height;

const tickLine = (tick: number, frame: Frame, { ink, line }: ChartColours): string =>
  axis(tick, frame, tick === 0 ? ink : line) +
  text(frame.left - 6, round(BASE - heightOf(tick, frame)) + 4, frame.say.number(tick), 'end');

const axis = (tick: number, frame: Frame, colour: string): string =>
  `<path d="M${frame.left} ${round(BASE - heightOf(tick, frame))}H${WIDTH - PLOT.right}" stroke="${colour}" stroke-width="1"/>`;

function bar(
  time: UsageTime,
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
  return `<g><title>${escapeXml(`${pointName(time, point, frame.say)}: ${partsOf(point, frame.say)}`)}</title>${parts.join('')}</g>`;
}

/** The present point has a name, and each so many before it: as many as there is room for. */
function labels(time: UsageTime, placed: readonly PlacedPoint[], frame: Frame): string[] {
  const { format, every } = LABELS[time];
  const named = placed.toReversed().filter((_, fromEnd) => fromEnd % every === 0);
  const all = named.map(({ point, at, of }) => {
    const words = frame.say.date(point.startsAt, format);
    const width = CHARACTER_WIDTH * words.length;
    const isLast = at === of - 1;
    const x = isLast ? WIDTH - PLOT.right : round(frame.left + (frame.width / of) * (at + 0.5));
    const begin = isLast ? x - width : x - width / 2;
    return { begin, end: begin + width, drawn: text(x, BASE + 17, words, isLast ? 'end' : 'middle') };
  });
  const isTight = all.some(({ begin }, at) => (all[at + 1]?.end ?? -Infinity) + LABEL_GAP > begin);
  const shown = all.filter((_, at) => !isTight || at % 2 === 0);
  return shown.map(({ drawn }) => drawn).toReversed();
}

function legend(sum: CallSums, id: string, colours: ChartColours, say: Say): string {
  const shown = CALL_PARTS.filter(({ part }) => part === 'passed' || sum[part] > 0);
  return shown
    .map(({ part, title }, at) => {
      const x = at * 100;
      return `<rect x="${x}" y="${HEIGHT - 15}" width="12" height="12" ${fillOf(part, id, colours)}/>${text(x + 18, HEIGHT - 5, say(title))}`;
    })
    .join('');
}

/** Plain, striped or dotted. */
const fillOf = (part: keyof CallSums, id: string, colours: ChartColours): string =>
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
