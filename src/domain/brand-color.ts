// An organisation's colour, in tones that can be read on our pages and mails in light and in dark.

/** Text and buttons (WCAG 2.2, 1.4.3). */
const LEAST_CONTRAST = 4.5;

/** What links and buttons lie on in pages and mails: the one of each scheme that is nearest to them. */
const BEHIND = { light: '#f3f4f6', dark: '#232a33' };
/** On buttons. */
const ON = { light: '#ffffff', dark: '#0f1216' };

const BLACK = '#000000';
const WHITE = '#ffffff';
const STEPS = 100;

export type BrandColor = { light: Tone; dark: Tone };
type Tone = { accent: string; onAccent: string };

/** As contrast is defined for sRGB, 1 to 21. Colours are `#rrggbb`. Source: WCAG 2.2, relative luminance. */
export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * The colour as it is in light, and the first of its lighter tones that can be read in dark. `nearest`: the colour can't be
 * read in light, and this darker tone of it can.
 */
export function brandColorOf(color: string): BrandColor | { nearest: string } {
  const light = toneOf(color, 'light', BLACK);
  if (light !== color) return { nearest: light };
  return {
    light: { accent: light, onAccent: ON.light },
    dark: { accent: toneOf(color, 'dark', WHITE), onAccent: ON.dark },
  };
}

function toneOf(color: string, scheme: 'light' | 'dark', towards: string): string {
  const tones = Array.from({ length: STEPS + 1 }, (_, step) => mix(color, towards, step / STEPS));
  const isReadable = (tone: string) =>
    contrast(tone, BEHIND[scheme]) >= LEAST_CONTRAST && contrast(tone, ON[scheme]) >= LEAST_CONTRAST;
  return tones.find(isReadable) ?? towards;
}

const channelsOf = (color: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

function mix(color: string, towards: string, share: number): string {
  const ends = channelsOf(towards);
  const mixed = channelsOf(color).map((channel, at) =>
    Math.round(channel + ((ends[at] ?? 0) - channel) * share),
  );
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
