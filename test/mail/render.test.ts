import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MailInput, renderMail } from '../../src/mail/render.ts';
import {
  defaultText,
  type MailName,
  NOTIFICATION_MAIL_NAMES,
  OPERATOR_MAIL_NAMES,
  sampleVariables,
  TEMPLATES,
} from '../../src/mail/templates/catalog.ts';

const PUBLIC_URL = 'https://developers.example.com';
const brand = { organizationName: 'Acme', supportEmail: 'support@example.com', publicUrl: PUBLIC_URL };
const linkEndsAt = new Date('2026-11-26T09:30:00Z');
const NAMES = TEMPLATES.map(({ name }) => name);

function render(template: MailName, changes: Partial<MailInput> & { values?: Record<string, string> } = {}) {
  const { LinkEnds: _, ...samples } = sampleVariables(template, brand);
  const { values, ...input } = changes;
  const variables = { ...samples, ...values };
  return renderMail({ template, text: defaultText(template), variables, brand, linkEndsAt, ...input });
}

function renderBody(body: string, changes: Parameters<typeof render>[1] = {}) {
  return render('AccountBlocked', { text: { subject: 'Hello', body }, ...changes });
}

/** What a browser would follow. */
function hrefs(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src|action|background)="([^"]*)"/g)].map(([, href = '']) =>
    decode(href),
  );
}

function addresses(text: string): string[] {
  return [...text.matchAll(/\b[a-z]+:\/\/[^\s<>)]+/gi)].map(([address]) => address);
}

function decode(html: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&', '#x27': "'" };
  return html.replace(/&(lt|gt|quot|amp|#x27);/g, (whole, name: string) => entities[name] ?? whole);
}

/** The words that a reader sees. */
function visible(html: string): string {
  const body = html.slice(html.indexOf('<table'));
  return decode(
    body
      .replace(/<!--.*?-->/gs, '')
      .replace(/<br\/?>/g, '\n')
      .replace(/<[^>]*>/g, ''),
  ).replaceAll('\u200B', '');
}

/** The elements without the words. */
function skeleton(html: string): string {
  return (
    html
      .replace(/<!--.*?-->/gs, '')
      .replace(/<title>.*?<\/title>/s, '')
      .match(/<[^>]*>/g) ?? []
  ).join('');
}

describe('every mail to the operators of the server', () => {
  it.each(OPERATOR_MAIL_NAMES)('says since when, and leaves no variable open: %s', async (name) => {
    const { subject, text, html } = await render(name);
    for (const part of [text, visible(html)]) {
      expect(part).toContain('26 November 2026, 09:30 UTC');
      expect(part).toContain('ALERT_EMAIL');
    }
    expect(subject + text).not.toMatch(/\$[A-Z]|Hi /);
  });
});

describe('every mail to the recipients of a notification', () => {
  it.each(NOTIFICATION_MAIL_NAMES)('says who, and what to send in Slack: %s', async (name) => {
    const { subject, text, html } = await render(name);
    for (const part of [text, visible(html)]) {
      expect(part).toContain('Ann Lee (ann.lee@example.com)');
      expect(part).toMatch(/\/apim-user \w+ ann\.lee@example\.com/);
      expect(part).toContain('An admin there can take it off');
    }
    expect(subject).toContain('Ann Lee');
    expect(hrefs(html)).toEqual([]);
    expect(subject + text).not.toMatch(/\$[A-Z]|Hi /);
  });
});

describe('every mail', () => {
  it.each(NAMES)('says what it should in both parts, and leaves no variable open: %s', async (name) => {
    const { subject, html, text } = await render(name);
    for (const part of [subject, visible(html), text])
      expect(part).not.toMatch(/\$|undefined|null|\[object|\{|\}/);
    expect(html.length).toBeLessThan(20_000);
    for (const part of [visible(html), text]) {
      expect(part).toContain('Hi Ann,');
      expect(part).toContain('You get this mail because');
      expect(part).toContain('lead only to developers.example.com');
      expect(part).toContain('never ask for a password or a key');
      expect(part).toContain('support@example.com');
    }
  });

  it.each(NAMES)(
    'T64: links only to our own site, with the same links in the text part: %s',
    async (name) => {
      const { html, text } = await render(name);
      for (const href of hrefs(html)) expect(new URL(href).origin).toBe(PUBLIC_URL);
      expect(addresses(text).sort()).toEqual(hrefs(html).sort());
    },
  );

  it.each(NAMES)('suits dark mode and loads nothing: %s', async (name) => {
    const { html } = await render(name);
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('<meta name="color-scheme" content="light dark"/>');
    expect(html).not.toMatch(/<(img|script|link|iframe|form)\b|@import|url\(/i);
  });

  it.each(NAMES)('reads well without a name or a message: %s', async (name) => {
    const none = { DevFirstName: '', DevLastName: '', PersonalLine: '', OperatorMessage: '' };
    const { text, html } = await render(name, { values: none });
    expect(text).toContain('Hi there,');
    for (const part of [text, visible(html)]) expect(part).not.toMatch(/A word from|Hi ,| ,/);
  });
});

describe('values', () => {
  const HOSTILE = [
    '[click](https://evil.example)',
    'https://evil.example/x',
    'www.evil.example',
    'evil.example',
    'a@evil.example',
    '<b>bold</b><script>alert(1)</script>',
    '"><a href="https://evil.example">x</a>',
    '**bold** `code` # x',
    `{{7*7}} \${7*7} <%= 7 %> $ConfirmUrl \${ConfirmUrl} #if(1)`,
    '![i](https://evil.example/p.png)',
    '<https://evil.example>',
    '--><!-- &lt;b&gt; &amp;',
    '\\[x\\](y)',
    "javascript:alert('1')",
  ];

  it.each(HOSTILE)('T64: appear as they are and as nothing else: %s', async (value) => {
    const values = { DevFirstName: value, DevLastName: value, PersonalLine: value };
    const hostile = await render('InviteUserNotificationMessage', { values });
    const friendly = await render('InviteUserNotificationMessage');
    expect(hostile.subject).toBe(friendly.subject);
    expect(skeleton(hostile.html)).toBe(skeleton(friendly.html));
    expect(visible(hostile.html)).toContain(`Hi ${value},`);
    expect(hostile.text.replaceAll('\u200B', '')).toContain(`Hi ${value},`);
    // Mail clients make links of such words: nothing of that kind may be left in either part.
    for (const part of [hostile.text, decode(hostile.html.replace(/<[^>]*>/g, ' '))]) {
      expect(part).not.toMatch(/https?:\/\/evil|www\.evil|evil\.example|@evil/);
    }
  });

  it('T64: leave the elements and links of a mail as they are with a friendly value', async () => {
    const friendly = await render('InviteUserNotificationMessage');
    const value = fc
      .oneof(
        fc.string({ unit: 'binary', maxLength: 600 }),
        fc.string({ unit: fc.constantFrom(...'<>[]()`*_#$&;:/@.\\"\'-!|~ a1\0') }),
      )
      .filter((text) => !/[\r\n\u0085\u2028\u2029]/.test(text))
      .map((text) => `x${text}`);
    await fc.assert(
      fc.asyncProperty(value, value, async (name, line) => {
        const values = { DevFirstName: name, DevLastName: name, PersonalLine: line };
        const text = {
          ...defaultText('InviteUserNotificationMessage'),
          subject: '$DevFirstName $DevLastName',
        };
        const {
          html,
          text: plain,
          subject,
        } = await render('InviteUserNotificationMessage', { values, text });
        expect(skeleton(html)).toBe(skeleton(friendly.html));
        expect(hrefs(html)).toEqual(hrefs(friendly.html));
        expect(addresses(plain)).toEqual(addresses(friendly.text));
        expect(subject).not.toMatch(/\p{Cc}/u);
        expect(subject.length).toBeLessThanOrEqual(150);
      }),
      { numRuns: 150 },
    );
  });

  it('T64: keep a subject one line of at most 150 characters', async () => {
    const text = { subject: 'Hello $DevFirstName!', body: 'Hi' };
    const send = async (name: string) =>
      (await render('AccountBlocked', { text, values: { DevFirstName: name } })).subject;
    expect(await send('Ann\r\nBcc: x@evil.example\0')).toBe('Hello Ann Bcc: x@evil.example!');
    expect(await send('Ann\u2028Lee\u0085x')).toBe('Hello Ann Lee x!');
    expect(await send('x'.repeat(500))).toHaveLength(150);
    expect(await send('😀'.repeat(300))).toMatch(/^Hello (😀)+…$/u);
    expect(await send('<b>{{1}}</b>')).toBe('Hello <b>{{1}}</b>!');
  });

  it('lose the marks that would make the following words read backwards', async () => {
    const { html, text } = await renderBody('Hi $DevFirstName, hello', {
      values: { DevFirstName: '\u202Eevil\u2066' },
    });
    for (const part of [html, text]) expect(part).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  });

  it('keep the lines of a message, and the text part quotes each of them', async () => {
    const { html, text } = await render('AccountBlocked', { values: { OperatorMessage: 'One\r\nTwo' } });
    expect(text).toContain('> One\n> Two\n');
    expect(html).toMatch(/One<br\/>(<!-- -->)?Two/);
  });

  it('offers no return of an account whose data is erased at once', async () => {
    const { text } = await render('AccountClosedDeveloper', { values: { RestorableUntil: '' } });
    expect(text).toContain('Your personal data will be erased.');
    expect(text).not.toMatch(/Changed your mind|restore|Until/);
    expect((await render('AccountClosedDeveloper')).text).toMatch(/Until .* 2026, .* UTC, we can restore/);
  });

  it('show an email address so that it can be copied', async () => {
    const { html, text } = await render('NewDeveloperNotificationMessage', {
      values: { DevUsername: 'ann@example.com' },
    });
    for (const part of [html, text]) expect(part).toContain('ann@example.com');
  });
});

describe('links', () => {
  it('say when they end, with the time zone, right below the button', async () => {
    const { text } = await render('PasswordResetIdentityDefault');
    expect(text).toMatch(
      /ticket=sample\n\nThe link works once, until Thursday, 26 November 2026, 09:30 UTC\.\n/,
    );
  });

  it('say when they end even when the operator’s text has no button', async () => {
    const text = { subject: 'Hi', body: 'Go to $ConfirmUrl please.' };
    const mail = await render('PasswordResetIdentityDefault', { text });
    expect(mail.text).toContain('until Thursday, 26 November 2026, 09:30 UTC');
    expect(hrefs(mail.html)).toEqual([`${PUBLIC_URL}/portal?ticket=sample`]);
  });

  it('say when they end only once when the operator’s text says it', async () => {
    const text = { subject: 'Hi', body: '[Go]($ConfirmUrl)\n\nEnds $LinkEnds.' };
    const mail = await render('PasswordResetIdentityDefault', { text });
    expect(mail.text.match(/26 November/g)).toHaveLength(1);
  });

  it('are left out of a welcome without a link, with all that belongs to them', async () => {
    const {
      ConfirmUrl: _,
      LinkEnds: __,
      ...variables
    } = sampleVariables('NewDeveloperNotificationMessage', brand);
    const text = defaultText('NewDeveloperNotificationMessage');
    const mail = await renderMail({ template: 'NewDeveloperNotificationMessage', text, variables, brand });
    expect(mail.text).not.toMatch(/password:|works once/);
    expect(hrefs(mail.html)).toEqual([`${PUBLIC_URL}/portal`]);
  });

  it.each([
    '',
    'https://evil.example/?ticket=1',
    'http://developers.example.com/',
    'javascript:alert(1)',
    '/accept',
  ])('T64: to another site are never mailed as the one-time link: %j', async (link) => {
    await expect(render('InviteUserNotificationMessage', { values: { ConfirmUrl: link } })).rejects.toThrow(
      'no link',
    );
  });

  it('T64: to a host that is no longer listed keep their words and lose their address', async () => {
    const body = 'Read [the guide](https://docs.example.com/guide).';
    const without = await renderBody(body);
    expect(hrefs(without.html)).toEqual([]);
    expect(without.text).toContain('Read the guide.');
    const listed = await renderBody(body, { linkHosts: ['docs.example.com'] });
    expect(hrefs(listed.html)).toEqual(['https://docs.example.com/guide']);
    expect(listed.text).toContain('lead only to developers.example.com and docs.example.com.');
  });

  it('work on a plain local address', async () => {
    const publicUrl = 'http://localhost:3000';
    const variables = sampleVariables('InviteUserNotificationMessage', { ...brand, publicUrl });
    const text = defaultText('InviteUserNotificationMessage');
    const mail = await renderMail({
      template: 'InviteUserNotificationMessage',
      text,
      variables,
      brand: { ...brand, publicUrl },
    });
    expect(hrefs(mail.html)).toEqual([`${publicUrl}/portal?ticket=sample`]);
  });

  it('can be built for a portal that is hosted elsewhere', async () => {
    const text = { subject: 'Hi', body: '[Go](https://portal.example.org/confirm?$ConfirmQuery)' };
    const mail = await render('InviteUserNotificationMessage', { text, linkHosts: ['portal.example.org'] });
    expect(hrefs(mail.html)).toEqual(['https://portal.example.org/confirm?ticket=sample']);
  });
});

describe('Markdown', () => {
  it('becomes elements, and plain words in the text part', async () => {
    const body =
      '# News\n\nA **bold** *word* and `code`\nnext line\n\n3. three\n4. four\n   - inner\n\n> said\n\n---\n\n    x < y';
    const { html, text } = await renderBody(body);
    expect(html).toMatch(/<h2[^>]*>News<\/h2>/);
    expect(html).toMatch(/<strong>bold<\/strong> <em>word<\/em> and <code[^>]*>code<\/code><br\/>next line/);
    expect(html).toMatch(/<ol[^>]*start="3"/);
    expect(html).toContain('x &lt; y');
    expect(text).toContain(
      'News\n\nA bold word and code\nnext line\n\n3. three\n4. four\n   - inner\n\n> said\n\n---\n\n    x < y',
    );
  });

  it('makes a button of a paragraph that is one link, and the first button stands out', async () => {
    const { html, text } = await renderBody(
      '[One]($DevPortalUrl)\n\n[Two]($DevPortalUrl)\n\nA [third]($DevPortalUrl).',
    );
    expect([...html.matchAll(/<a [^>]*class="([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'm-button',
      'm-second-button',
      'm-link',
    ]);
    expect(text).toContain(`One:\n${PUBLIC_URL}/portal\n`);
    expect(text).toContain(`A third <${PUBLIC_URL}/portal>.`);
  });

  it('shows an escaped variable as typed, and the value of a variable in code', async () => {
    const { text } = await renderBody('\\$DevFirstName `$DevFirstName`');
    expect(text).toContain('$DevFirstName Ann');
  });

  it('keeps code copyable, but gives no such form to what a value brings in', async () => {
    const body = '`curl https://developers.example.com/v1/a.b?x=y`\n\n    $DevFirstName';
    const { text, html } = await renderBody(body, { values: { DevFirstName: 'https://evil.example' } });
    for (const part of [text, html]) {
      expect(part).toContain('curl https://developers.example.com/v1/a.b?x=y');
      expect(part).not.toContain('https://evil');
    }
  });

  it('puts the first telling words beside the subject, without any address', async () => {
    const { html } = await render('InviteUserNotificationMessage');
    const preview = /data-skip-in-text="true">([^<]*)</.exec(html)?.[1];
    expect(preview).toMatch(/^You’re invited to build with the APIs of Acme\./);
  });
});

it('a start loads nothing for mails: React Email waits for the first mail', async () => {
  const { readFileSync } = await import('node:fs');
  const source = readFileSync(new URL('../../src/mail/render.ts', import.meta.url), 'utf8');
  expect(source).not.toMatch(/^import (?!type)[^;]*(react-email|\.tsx)/m);
});
