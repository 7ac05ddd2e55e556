import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLogo } from '../../src/web/logo.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = forAllTests(() => temporaryFolder('logo'));
const svg = (inner: string, attributes = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"${attributes}>${inner}</svg>`;

function read(contents: string | Buffer) {
  const file = join(folder.path, 'logo');
  writeFileSync(file, contents);
  return readLogo(file);
}

describe('a logo', () => {
  it('may be a PNG or a drawing, with an address that changes with it', () => {
    const png = Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      Buffer.from('…'),
    ]);
    expect(read(png)).toMatchObject({
      type: 'image/png',
      path: expect.stringMatching(/^\/portal\/logo-\w{16}\.png$/),
    });
    const gradient = svg('<defs><linearGradient id="a"/></defs><path d="M0 0h9" fill="url(#a)"/>');
    const drawn = read(`<?xml version="1.0"?>\n<!DOCTYPE svg>\n${gradient}`);
    expect(drawn).toMatchObject({ type: 'image/svg+xml', suitsDark: false });
    const dark = read(svg('<style>@media (prefers-color-scheme: dark) { path { fill: #fff } }</style>'));
    expect(dark.suitsDark).toBe(true);
    expect(dark.path).not.toBe(drawn.path);
  });

  it.each([
    ['a script', svg('<script>alert(1)</script>')],
    ['an event', svg('<path onload="alert(1)"/>')],
    ['an event of the whole', svg('', ' onload="alert(1)"')],
    ['foreign markup', svg('<foreignObject><body/></foreignObject>')],
    ['a link', svg('<a href="https://evil.example"><path/></a>')],
    ['an image', svg('<image href="https://evil.example/x.png"/>')],
    ['another file', svg('<use href="other.svg#a"/>')],
    ['another file by XLink', svg('<use xlink:href="https://evil.example/x.svg#a"/>')],
    ['an animation', svg('<set attributeName="href" to="javascript:alert(1)"/>')],
    ['a style that loads', svg('<style>@import "https://evil.example"</style>')],
    ['a style that loads, in CDATA', svg('<style><![CDATA[a { fill: url(https://evil.example) }]]></style>')],
    ['an escaped style', svg('<style>a { fill: u\\72l(https://evil.example) }</style>')],
    ['an attribute that loads', svg('<path style="fill:url( \'https://evil.example\')"/>')],
    ['a style sheet', `<?xml-stylesheet href="https://evil.example"?>${svg('')}`],
    ['an entity', `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('&a;')}`],
    ['a page', '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'],
    ['broken markup', '<svg><path></svg>'],
    ['nothing', ''],
    ['a text', 'logo'],
  ])('is refused with %s', (_, contents) => {
    expect(() => read(contents)).toThrow(/logo (has|is|refers)/);
  });

  it('is refused when it is large or not there', () => {
    expect(() => read(svg(`<path d="${'M0 0'.repeat(30_000)}"/>`))).toThrow('larger than 100 KB');
    expect(() => readLogo(join(folder.path, 'none.svg'))).toThrow('can’t be read');
  });
});
