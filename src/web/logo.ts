// The organisation's logo: read and checked at the start, and served from our own site.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { SaxesParser } from 'saxes';

export type Logo = {
  bytes: Buffer;
  type: 'image/svg+xml' | 'image/png';
  /** Changes with the file, so browsers may keep it for good. */
  path: string;
  /** An SVG with colours of its own for the dark needs no light ground there. */
  suitsDark: boolean;
};

const MAX_BYTES = 100_000;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Throws an Error that says what is wrong with the file, and nothing of its contents. */
export function readLogo(file: string): Logo {
  const bytes = readBytes(file);
  const isPng = bytes.subarray(0, PNG.length).equals(PNG);
  const svg = isPng ? '' : bytes.toString('utf8');
  const fault = isPng ? null : faultOfSvg(svg);
  if (fault) throw new Error(`${file} ${fault}`);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return {
    bytes,
    type: isPng ? 'image/png' : 'image/svg+xml',
    path: `/portal/logo-${hash}.${isPng ? 'png' : 'svg'}`,
    suitsDark: svg.includes('prefers-color-scheme'),
  };
}

function readBytes(file: string): Buffer {
  let size: number;
  try {
    size = statSync(file).size;
  } catch {
    throw new Error(`${file} can’t be read`);
  }
  if (size > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES / 1_000} KB`);
  return readFileSync(file);
}

/** Draw, and do nothing: no script, no foreign markup, no animation that sets an address. */
const ELEMENTS = new Set([
  ...['svg', 'g', 'defs', 'symbol', 'use', 'title', 'desc', 'metadata', 'style'],
  ...['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan'],
  ...['linearGradient', 'radialGradient', 'stop', 'clipPath', 'mask', 'pattern', 'marker'],
]);
/** Editors leave notes of their own in the file. */
const isEditorsOwn = (name: string) => name.includes(':') && !name.startsWith('xlink:');

/** Browsers run no script of an image, and its answer forbids them. This refuses what has no place in a logo. */
function faultOfSvg(text: string): string | null {
  const parser = new SaxesParser();
  const faults: string[] = [];
  let root: string | null = null;
  parser.on('error', () => faults.push('is no PNG and no well-formed SVG'));
  parser.on('doctype', (type) => {
    if (/ENTITY|\[/i.test(type)) faults.push('has a document type with entities');
  });
  parser.on('processinginstruction', ({ target }) => {
    if (target.toLowerCase() !== 'xml') faults.push(`has <?${target.slice(0, 40)}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    root ??= name;
    if (!ELEMENTS.has(name) && !isEditorsOwn(name))
      faults.push(`has <${name.slice(0, 40)}>, which a logo doesn’t need`);
    for (const [attribute, value] of Object.entries(attributes)) {
      if (/^on/i.test(attribute)) faults.push(`has a script in ${attribute.slice(0, 40)}`);
      if (/^(xlink:)?href$|^src$/i.test(attribute) && !value.startsWith('#'))
        faults.push('refers to something outside of the file');
      if (isOutside(value)) faults.push('refers to something outside of the file');
    }
  });
  parser.on('text', (words) => {
    if (isOutside(words)) faults.push('refers to something outside of the file');
  });
  parser.on('cdata', (words) => {
    if (isOutside(words)) faults.push('refers to something outside of the file');
  });
  parser.write(text).close();
  if (faults.length === 0 && root !== 'svg') return 'is no PNG and no SVG';
  return faults[0] ?? null;
}

/** In a style. An escaped letter could hide what it is. */
const isOutside = (style: string): boolean => /@import|url\(\s*(?!['"]?#)|\\/i.test(style);

/** An image runs nothing and loads nothing, also when it's opened by itself. */
export const LOGO_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'x-content-type-options': 'nosniff',
  'cache-control': 'public, max-age=31536000, immutable',
  'cross-origin-resource-policy': 'same-origin',
};
