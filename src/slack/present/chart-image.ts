// The chart of calls as a PNG, because Slack shows no SVG.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { drawCallChart, LIGHT_COLOURS } from '../../domain/call-chart.ts';
import type { UsageView } from '../../operations/usage/usage.ts';

/** Slack shows it half as wide, so that it is sharp on every screen. */
const WIDTH_PX = 720;
const MARGIN = 10;
/** The page's own font is the reader's; here none can be assumed. */
const FONT = '@fontsource/lato/files/lato-latin-400-normal.woff2';
const RENDERER = '@resvg/resvg-wasm/index_bg.wasm';

let loading: Promise<Buffer> | null = null;

/** Loads the renderer with the first chart, and again after a failure. Gives the font. */
function load(): Promise<Buffer> {
  loading ??= loadOnce();
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

async function loadOnce(): Promise<Buffer> {
  const { resolve } = createRequire(import.meta.url);
  const [renderer, font] = await Promise.all([readFile(resolve(RENDERER)), readFile(resolve(FONT))]);
  await initWasm(renderer);
  return font;
}

export async function drawChartImage({ time, points }: UsageView, title: string): Promise<Buffer> {
  const font = await load();
  const svg = drawCallChart(time, points, { title, id: 'calls', colours: LIGHT_COLOURS, margin: MARGIN });
  const renderer = new Resvg(svg, {
    background: LIGHT_COLOURS.surface,
    fitTo: { mode: 'width', value: WIDTH_PX },
    font: { fontBuffers: [font], defaultFontFamily: 'Lato' },
  });
  const image = renderer.render();
  try {
    return Buffer.from(image.asPng());
  } finally {
    image.free();
    renderer.free();
  }
}
