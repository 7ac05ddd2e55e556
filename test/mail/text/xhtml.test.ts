import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError, inEnglish } from '../../../src/domain/domain-error.ts';
import { renderMail } from '../../../src/mail/render.ts';
import {
  checkTemplate,
  defaultText,
  sampleVariables,
  TEMPLATES,
  type TemplateName,
  xhtmlOf,
} from '../../../src/mail/templates/catalog.ts';

const INVITE: TemplateName = 'InviteUserNotificationMessage';
const PUBLIC_URL = 'https://developers.example.com';
const HOSTS = ['developers.example.com', 'docs.example.com'];
const brand = { organizationName: 'Acme', supportEmail: 'support@example.com', publicUrl: PUBLIC_URL };
const LINK = '<p><a href="$ConfirmUrl">Accept</a></p>';

function complaint(body: string, template = INVITE): string {
  try {
    checkTemplate(template, { subject: 'Hello', body, syntax: 'xhtml' }, HOSTS);
    return '';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect([error.code, Object.keys(error.detail.fields ?? {})]).toEqual(['template_invalid', ['body']]);
    return inEnglish(error.detail.fields).body ?? '';
  }
}

function render(body: string, values: Record<string, string> = {}, template: TemplateName = INVITE) {
  const { LinkEnds: _, ...samples } = sampleVariables(template, brand);
  const text = { subject: 'Hello', body, syntax: 'xhtml' as const };
  const variables = { ...samples, ...values };
  return renderMail({ template, text, variables, brand, linkHosts: HOSTS });
}

const within = (inner: string): string => `<div>${LINK}${inner}</div>`;
/** What the text part says before the footer. */
const said = async (body: string, values?: Record<string, string>) =>
  (await render(within(body), values)).text.split('\n\n---\n')[0]?.replace(/^Accept:\n\S+\n\n/, '');

describe('XHTML that may be saved', () => {
  it.each([
    [
      'a document',
      `<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head/><body>${LINK}</body></html>`,
    ],
    ['an XML declaration', `<?xml version="1.0" encoding="utf-8"?>\n${within('')}`],
    [
      'a title and a character set',
      `<html><head><meta charset="UTF-8"/><title>x</title></head><body>${LINK}</body></html>`,
    ],
    ['a comment', within('<!-- <script>alert(1)</script> &nbsp; -->')],
    ['XML’s five entities, and numbers', within('<p>&amp;&lt;&gt;&quot;&apos;&#160;&#xe9;</p>')],
    ['CDATA', within('<p><![CDATA[1 < 2 & 3]]></p>')],
    ['styles, which are left alone', within('<p style="display:none" class="a" align="left">x</p>')],
    [
      'tables in tables',
      within('<table><tbody><tr><td><table><tr><th>x</th></tr></table></td></tr></tbody></table>'),
    ],
    ['lists in lists', within('<ol start="3"><li>a<ul><li><p>b</p></li></ul></li></ol>')],
    ['names in capitals', within('<P>x</P>')],
    [
      'the link’s query on a listed host',
      '<p><a href="https://docs.example.com/confirm?a=b&amp;$ConfirmQuery">Go</a></p>',
    ],
    ['the portal as Azure writes it', within('<p><a href="http://$DevPortalUrl">$DevPortalUrl</a></p>')],
    [
      'an address that is mailed to',
      within('<p><a href="mailto:$SupportEmail"><b>$SupportEmail</b></a></p>'),
    ],
    ['the bare link', '<p>Go to $ConfirmUrl</p>'],
  ])('may have %s', (_, body) => {
    expect(complaint(body)).toBe('');
  });

  it.each(TEMPLATES.map(({ name }) => name))('is what %s becomes, and gives the same mail', async (name) => {
    const text = defaultText(name);
    const xhtml = xhtmlOf(name, text);
    checkTemplate(name, { ...text, body: xhtml, syntax: 'xhtml' }, HOSTS);
    const { LinkEnds: _, ...variables } = sampleVariables(name, brand);
    const mail = await renderMail({ template: name, text, variables, brand });
    const again = await renderMail({
      template: name,
      text: { ...text, body: xhtml, syntax: 'xhtml' },
      variables,
      brand,
    });
    expect(again).toEqual(mail);
  });

  it('is what any Markdown becomes, and gives the same mail', async () => {
    const parts = fc.constantFrom(
      ...[
        'a',
        'b c',
        '**',
        '*',
        '~~',
        '`',
        '[x]($ConfirmUrl)',
        '<https://docs.example.com/a?b=c&d=e>',
        '$',
        '\\$',
        '\\',
      ],
      ...[
        '$DevFirstName',
        `\${DevFirstName}`,
        '_x',
        '{',
        '}',
        '&',
        '&lt;',
        '<',
        '> ',
        '# ',
        '- ',
        '3. ',
        '    ',
        '---',
      ],
      ...['\n', '\n\n', '"', "'", 'é', '💥', '$5', ']]>'],
    );
    const markdown = fc.array(parts, { maxLength: 25 }).map((all) => `$ConfirmUrl\n\n${all.join('')}`);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(markdown, async (body) => {
        const text = { subject: 'Hi', body };
        try {
          checkTemplate(INVITE, text, HOSTS);
        } catch {
          return;
        }
        compared += 1;
        const { LinkEnds: _, ...variables } = sampleVariables(INVITE, brand);
        const xhtml = { ...text, body: xhtmlOf(INVITE, text), syntax: 'xhtml' as const };
        checkTemplate(INVITE, xhtml, HOSTS);
        const made = await renderMail({ template: INVITE, text, variables, brand, linkHosts: HOSTS });
        const read = await renderMail({ template: INVITE, text: xhtml, variables, brand, linkHosts: HOSTS });
        expect(seen(read.text)).toBe(seen(made.text));
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});

/** A reader of HTML sees several spaces as one. */
const seen = (text: string): string => text.replaceAll('\u200B', '').replace(/\s+/g, ' ');

const ATTACKS: [what: string, inner: string, words: RegExp][] = [
  ['a script', '<script>alert(1)</script>', /<script>/],
  ['a style sheet', '<style>p{}</style>', /<style>/],
  ['a frame', '<iframe src="https://evil.example"/>', /<iframe>/],
  ['a form', '<form action="https://evil.example"/>', /<form>/],
  ['a picture', '<img src="https://evil.example/p.png"/>', /images/],
  ['a vector picture', '<svg><script/></svg>', /<svg>/],
  ['an element of another name space', '<x:p xmlns:x="urn:x">a</x:p>', /<x:p>/],
  ['an event', '<p onclick="alert(1)">a</p>', /onclick/],
  ['a background', '<table background="https://evil.example/p.png"/>', /background/],
  ['a base', '<base href="https://evil.example"/>', /<base>/],
  ['a link to another host', '<a href="https://evil.example">a</a>', /can’t be kept/],
  ['a script as a link', '<a href="javascript:alert(1)">a</a>', /can’t be kept/],
  ['a script in entities', '<a href="&#106;avascript&#58;alert(1)">a</a>', /can’t be kept/],
  ['a script behind a line end', '<a href="java&#10;script:alert(1)">a</a>', /can’t be kept/],
  ['a data address', '<a href="data:text/html,x">a</a>', /can’t be kept/],
  ['an address without a scheme', '<a href="//evil.example">a</a>', /can’t be kept/],
  ['no address', '<a href="">a</a>', /can’t be kept/],
  ['our host before an @', '<a href="https://developers.example.com@evil.example">a</a>', /can’t be kept/],
  ['the link handed to another host', '<a href="https://evil.example/?$ConfirmQuery">a</a>', /can’t be kept/],
  ['a name as an address', '<a href="$DevFirstName">a</a>', /part of a link/],
  ['a path behind the portal', '<a href="http://$DevPortalUrl/issues">a</a>', /part of a link/],
  ['an address to mail to behind other words', '<a href="mailto:x@evil.example">support</a>', /mailto/],
  [
    'another address in a link’s words',
    '<a href="$ConfirmUrl">https://evil.example</a>',
    /would become a link/,
  ],
  ['a link in a link', '<a href="$ConfirmUrl">a <b><a href="$ConfirmUrl">b</a></b></a>', /can’t stand/],
  ['a link without words', '<a href="$ConfirmUrl"><span> </span></a>', /no words/],
  ['a bare address', '<p>https://evil.example</p>', /would become a link/],
  ['an address cut in two by a comment', '<p>https:/<!-- -->/evil.example</p>', /would become a link/],
  ['an address cut in two by an element', '<p>ht<span>tps://evil.exam</span>ple</p>', /would become a link/],
  ['an address in numbers', '<p>&#104;ttps://evil.example</p>', /would become a link/],
  ['an address in code', '<pre>https://evil.example</pre>', /would become a link/],
  ['an address in CDATA', '<p><![CDATA[https://evil.example]]></p>', /would become a link/],
  ['an unknown variable', '<p>$DevFristName</p>', /\$DevFristName/],
  ['a key', '<p>$SubPrimaryKey</p>', /never mailed/],
  ['a call', `<p>\${DevFirstName.length()}</p>`, /isn’t understood/],
  ['a paragraph in a paragraph', '<p><p>a</p></p>', /can’t stand/],
  ['words in a list, but in no item', '<ul>a</ul>', /<li>/],
  ['a frame in a title', '<title><iframe/></title>', /<iframe>/],
];

describe('T64: XHTML is refused', () => {
  it.each(ATTACKS)('for %s', (_, inner, words) => {
    expect(complaint(within(inner))).toMatch(words);
  });

  it.each([
    ['an entity of its own', '<!DOCTYPE html [<!ENTITY x "y">]><p>$ConfirmUrl &x;</p>', /document type/],
    [
      'an entity from elsewhere',
      '<!DOCTYPE html SYSTEM "file:///etc/passwd"><p>$ConfirmUrl</p>',
      /document type/,
    ],
    ['a billion laughs', `<!DOCTYPE html [<!ENTITY a "${'ha'.repeat(50)}">]><p>&a;</p>`, /document type/],
    [
      'a style sheet’s address',
      `<?xml-stylesheet href="https://evil.example"?><p>$ConfirmUrl</p>`,
      /xml-stylesheet/,
    ],
    ['two elements at its top', `${LINK}${LINK}`, /one root/],
    ['no element', 'Go to $ConfirmUrl', /not well-formed/],
    ['half a character', `<p>\n$ConfirmUrl</p><!\ud800`, /Line 2 is not well-formed XML: it has half a char/],
    ['nothing to see', '<html><head/><body><p> </p><p/></body></html>', /needs a text/],
    ['a missing link', '<p>Hello</p>', /add <a href="\$ConfirmUrl">/],
    ['a link that is only shown as code', '<p><code>$ConfirmUrl</code></p>', /add <a/],
    ['a link in a comment', '<p>Hello<!-- $ConfirmUrl --></p>', /add <a/],
    [
      'a link in the title',
      '<html><head><title>$ConfirmUrl</title></head><body><p>x</p></body></html>',
      /add <a/,
    ],
    ['what is too long', within(`<p>${'x'.repeat(30_000)}</p>`), /longer than 30000/],
    ['elements in elements', `${'<div>'.repeat(60)}${LINK}${'</div>'.repeat(60)}`, /too deeply/],
    ['quotes in quotes', `${'<blockquote>'.repeat(12)}${LINK}${'</blockquote>'.repeat(12)}`, /too deeply/],
    ['bold in bold', `<p>$ConfirmUrl ${'<b>'.repeat(12)}x${'</b>'.repeat(12)}</p>`, /too deeply/],
  ])('for %s', (_, body, words) => {
    expect(complaint(body)).toMatch(words);
  });

  it('for any input that is no template, in words and without a fault', () => {
    const sign = fc.constantFrom(...'<>/="\'&;![]?-$# \n', 'p', 'a', 'href', 'div', 'x', '\0', '\ud800', 'é');
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 60 }), (signs) => {
        complaint(signs.join(''));
        complaint(within(signs.join('')));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a mail of XHTML', () => {
  it('has its elements in the HTML part and plain words in the text part', async () => {
    const body =
      '<h1>News</h1>\n<p>A <b>bold</b>\n   <i>word</i> &amp; <code>a  b</code><br/>next &lt;line&gt;</p>' +
      '<ol start="3"><li>three</li><li>four<ul><li>inner</li></ul></li></ol><blockquote>said</blockquote><hr/>' +
      '<pre>\nx &lt; y\n  z\n</pre>';
    const { html } = await render(within(body));
    expect(html).toMatch(/<h2[^>]*>News<\/h2>/);
    expect(html).toMatch(
      /A <strong>bold<\/strong> <em>word<\/em> &amp; <code[^>]*>a b<\/code><br\/>next &lt;line&gt;/,
    );
    expect(html).toMatch(/<ol[^>]*start="3"/);
    const { text } = await render(within(body));
    expect(text).toContain(
      'News\n\nA bold word & a b\nnext <line>\n\n3. three\n4. four\n   - inner\n\n> said\n\n---\n\n    x < y\n      z',
    );
  });

  it('has one button for a paragraph that is a link, and says below it when the link ends', async () => {
    const linkEndsAt = new Date('2026-11-26T09:30:00Z');
    const { LinkEnds: _, ...variables } = sampleVariables(INVITE, brand);
    const text = { subject: 'Hi', body: within('<p>Bye</p>'), syntax: 'xhtml' as const };
    const mail = await renderMail({ template: INVITE, text, variables, brand, linkEndsAt });
    expect(mail.text).toMatch(/^Accept:\n\S+\n\nThe link works once, until .* UTC\.\n\nBye\n/);
    expect(mail.html.match(/class="m-button"/g)).toHaveLength(1);
  });

  it('has the cells of a table one below the other, and no styles, titles or comments', async () => {
    const table =
      '<table><tr><td style="color:red">one</td><td>two <!-- x --></td></tr><tr><td><p/></td></tr></table>';
    expect(await said(table)).toBe('one\n\ntwo');
    expect((await render(within(table))).html).not.toContain('color:red');
  });

  it('leaves out a paragraph whose optional variable is empty', async () => {
    const body = '<blockquote><p>$PersonalLine</p></blockquote><p>Bye</p>';
    expect(await said(body, { PersonalLine: 'Hello\nyou' })).toBe('> Hello\n> you\n\nBye');
    expect(await said(body, { PersonalLine: '' })).toBe('Bye');
  });

  it('leaves no empty place in a welcome that has no link', async () => {
    const name: TemplateName = 'NewDeveloperNotificationMessage';
    const link = '<p><a href="$ConfirmUrl"><strong>$ConfirmUrl</strong></a></p>';
    const text = {
      subject: 'Hi',
      body: `<div><p>Hello</p>${link}<p>Bye</p></div>`,
      syntax: 'xhtml' as const,
    };
    const { LinkEnds: _, ConfirmUrl, ...variables } = sampleVariables(name, brand);
    const without = await renderMail({ template: name, text, variables, brand });
    expect(without.text).toMatch(/^Hello\n\nBye\n/);
    expect(without.html).not.toMatch(/<p[^>]*><\/p>/);
    const all = { ...variables, ConfirmUrl: ConfirmUrl ?? '' };
    expect((await renderMail({ template: name, text, variables: all, brand })).text).toMatch(
      /^Hello\n\nhttps:\S+ticket=sample\n\nBye\n/,
    );
  });

  const skeleton = (html: string) => (html.replace(/<!--.*?-->/gs, '').match(/<[^>]*>/g) ?? []).join('');

  it('T64: has the elements and links of a friendly value, whatever a value is', async () => {
    const body = within(
      '<p>Dear $DevFirstName <b>$DevLastName</b></p><pre>$DevFirstName</pre><p>$PersonalLine</p>',
    );
    const value = fc
      .oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ unit: fc.constantFrom(...'<>[]()`*_#$&;:/@.\\"\'-!|~ a1\0') }),
        fc.constantFrom(
          '</p><script>alert(1)</script>',
          '&lt;b&gt;&#x3c;',
          '$ConfirmUrl',
          ']]>',
          '#if(1)x#end',
        ),
        fc.constantFrom('https://evil.example', '"><a href="https://evil.example">x</a>', 'evil.example'),
      )
      .filter((text) => !/[\r\n\u0085\u2028\u2029]/.test(text))
      .map((text) => `x${text}`);
    const friendly = await render(body);
    await fc.assert(
      fc.asyncProperty(value, value, async (name, line) => {
        const mail = await render(body, { DevFirstName: name, DevLastName: name, PersonalLine: line });
        expect(skeleton(mail.html)).toBe(skeleton(friendly.html));
        for (const part of [mail.text, mail.html]) expect(part).not.toMatch(/https?:\/\/evil|evil\.example/);
      }),
      { numRuns: 150 },
    );
  });
});
