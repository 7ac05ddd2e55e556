import { describe, expect, it } from 'vitest';
import { DomainError, inEnglish } from '../../../src/domain/domain-error.ts';
import {
  checkTemplate,
  defaultText,
  TEMPLATES,
  type TemplateName,
} from '../../../src/mail/templates/catalog.ts';

const INVITE: TemplateName = 'InviteUserNotificationMessage';
const HOSTS = ['developers.example.com', 'docs.example.com'];
const LINK = '[Accept]($ConfirmUrl)';

function complaints(
  body: string,
  subject = 'Hello',
  template = INVITE,
  hosts = HOSTS,
): Record<string, string> {
  try {
    checkTemplate(template, { subject, body }, hosts);
    return {};
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.code).toBe('template_invalid');
    return inEnglish(error.detail.fields);
  }
}

describe('a template that may be saved', () => {
  it.each(TEMPLATES.map(({ name }) => name))('is the default of %s', (name) => {
    checkTemplate(name, defaultText(name), HOSTS);
  });

  it.each([
    ['a reference link to our site', `${LINK}\n\n[our docs][1]\n\n[1]: https://docs.example.com/start`],
    ['an address in angle brackets', `${LINK} <https://docs.example.com/a?b=c>`],
    ['a bare address of a listed host', `${LINK} https://developers.example.com/portal.`],
    ['a bare link variable', 'Open $ConfirmUrl now'],
    ['braces', `[Accept](\${ConfirmUrl}) Hi \${DevFirstName}!`],
    ['the link’s query on a listed host', '[Accept](https://docs.example.com/confirm?$ConfirmQuery)'],
    ['our host as a variable', '[Accept](https://$DevPortalHost/invitations/accept?$ConfirmQuery)'],
    ['an e-mail address', `${LINK} or write to help@example.com`],
    ['an address of ours in code', `${LINK} \`curl https://docs.example.com/v1\``],
    ['prices and lone dollar signs', `${LINK} It costs $5, or $ 6, or US$.`],
    ['an escaped variable', `${LINK} We write \\$Anything`],
    ['a heading that begins like a directive', `# If you build\n\n${LINK}`],
    ['angle brackets that are no HTML', `${LINK} 1 < 2 and 3 > 2`],
    ['a nested list', `- one\n  - two\n    1. three\n\n${LINK}`],
  ])('may have %s', (_, body) => {
    expect(complaints(body)).toEqual({});
  });

  it('may link to its own local address by http', () => {
    expect(
      complaints(`${LINK} [here](http://localhost:3000/portal)`, 'Hi', INVITE, ['localhost:3000']),
    ).toEqual({});
  });
});

const ATTACKS: [what: string, body: string][] = [
  ['a link to another host', '[a](https://evil.example)'],
  ['a link by http', '[a](http://docs.example.com)'],
  ['a bare address', 'https://evil.example/x'],
  ['a bare address in capitals', 'HTTPS://EVIL.EXAMPLE'],
  ['a bare www address', 'www.evil.example'],
  ['an address in angle brackets', '<https://evil.example>'],
  ['a reference link', '[a][1]\n\n[1]: https://evil.example'],
  ['a reference link without a label', '[a]\n\n[a]: https://evil.example "title"'],
  ['a link in a link’s words', '[https://evil.example]($ConfirmUrl)'],
  ['a script', '[a](javascript:alert(1))'],
  ['a script in odd letters', '[a](JaVaScRiPt:alert(1))'],
  ['a script behind an entity', '[a](javascript&#58;alert(1))'],
  ['a script in angle brackets', '[a](<javascript:alert(1)>)'],
  ['a data address', '[a](data:text/html,hi)'],
  ['a file', '[a](file:///etc/passwd)'],
  ['a mail address', '[a](mailto:x@evil.example)'],
  ['a telephone number', '[a](tel:+123)'],
  ['an address without a scheme', '[a](//evil.example)'],
  ['a path', '[a](/portal)'],
  ['no address', '[a]()'],
  ['our host before an @', '[a](https://developers.example.com@evil.example)'],
  ['our host as a user', '[a](https://developers.example.com:x@evil.example)'],
  ['our host as a subdomain', '[a](https://developers.example.com.evil.example)'],
  ['our host at another port', '[a](https://developers.example.com:8443)'],
  ['a subdomain of our host', '[a](https://x.developers.example.com)'],
  ['a backslash', '[a](https://evil.example\\@developers.example.com)'],
  ['our host variable as a subdomain', '[a](https://$DevPortalHost.evil.example)'],
  ['our host variable before an @', '[a](https://$DevPortalHost@evil.example)'],
  ['the link handed to another host', '[a](https://evil.example/?$ConfirmQuery)'],
  ['the link within an address', '[a](https://docs.example.com/?next=$ConfirmUrl)'],
  ['a name within an address', '[a](https://docs.example.com/$DevFirstName)'],
  ['a name as an address', '[a]($DevFirstName)'],
  ['an address that a name completes', 'https://$DevFirstName'],
  ['letters of another script', 'https://exаmple.com'],
  ['another scheme', 'ftp://evil.example'],
  ['an address in code', '`https://evil.example`'],
  ['an address in a code block', '```\nhttps://evil.example\n```'],
  ['an image', '![a](https://evil.example/p.png)'],
  ['an image of ours', '![a](https://docs.example.com/p.png)'],
  ['an image in a link', '[![a](https://evil.example/p.png)]($ConfirmUrl)'],
  ['HTML', '<a href="https://evil.example">a</a>'],
  ['HTML that is a block', '<div>\n<script>alert(1)</script>\n</div>'],
  ['an HTML comment', '<!-- hidden -->'],
  ['HTML in a quote in a list', '- > <b>x</b>'],
  ['an address in a heading', '# https://evil.example'],
  ['an address in bold', '**[a](https://evil.example)**'],
  ['an address in a nested list', '- a\n  - [a](https://evil.example)'],
  ['a table', '| a |\n| - |\n| https://evil.example |'],
];

describe('T64: a template is refused', () => {
  it.each(ATTACKS)('for %s', (_, body) => {
    expect(Object.keys(complaints(`${LINK}\n\n${body}`))).toEqual(['body']);
  });

  it('for an unknown variable, and the complaint names it and the known ones', () => {
    expect(complaints(`${LINK} $DevFristName`).body).toContain('$DevFristName');
    expect(complaints(`${LINK} \${Nope}`).body).toContain('$DevFirstName');
    expect(complaints(LINK, 'Hi $ProdName').subject).toContain('$ProdName');
  });

  it('for a variable that belongs to another mail', () => {
    expect(complaints('$ConfirmUrl', 'Hi', 'AccountBlocked').body).toContain('$ConfirmUrl');
    expect(complaints('$OperatorMessage', 'Hi', 'AccountBlocked')).toEqual({});
  });

  it.each(['constructor', '__proto__', 'toString'])('for $%s, which is no variable either', (name) => {
    expect(complaints(`${LINK} \${${name}}`)).toHaveProperty('body');
  });

  it.each(['$DevPassword', `\${DevPassword}`, '`$DevPassword`'])('for %s, with the reason', (text) => {
    const words = complaints(`${LINK} ${text}`, 'Hi', 'PasswordResetIdentityDefault').body;
    expect(words).toMatch(/\$DevPassword.*password is never mailed/);
  });

  it('for a key in its text', () => {
    const words = complaints(
      '$SubPrimaryKey',
      'Hi',
      'QuotaLimitApproachingDeveloperNotificationMessage',
    ).body;
    expect(words).toMatch(/key is never mailed/);
  });

  it.each([
    ['#if ($DevFirstName)', 3],
    ['Hi #foreach($x in $y)', 3],
    ['#{else}', 3],
    ['text\n#end', 4],
  ])('for the directive in %j, with its line', (text, line) => {
    expect(complaints(`${LINK}\n\n${text}`).body).toMatch(new RegExp(`^Line ${line} has`));
  });

  it.each([
    '$!DevFirstName',
    '$!{DevFirstName}',
    '${DevFirstName',
    `\${ DevFirstName }`,
    `\${DevFirstName.length()}`,
  ])('for %s, which is not how a variable is written', (text) => {
    expect(complaints(`${LINK} ${text}`)).toHaveProperty('body');
  });

  it.each([
    '',
    '  \n ',
    'Hello',
    '`$ConfirmUrl`',
    '$DevPortalUrl',
    'ConfirmUrl',
    '\\$ConfirmUrl',
    '```\n$ConfirmUrl\n```',
  ])('for its missing link: %j', (body) => {
    expect(complaints(body)).toHaveProperty('body');
  });

  it.each([
    '',
    '   ',
    'a\nb',
    'x'.repeat(1001),
    '$ConfirmUrl',
    '$ConfirmQuery',
    'See https://evil.example',
    '#if(x)',
  ])('for the subject %j', (subject) => {
    expect(Object.keys(complaints(LINK, subject))).toEqual(['subject']);
  });

  it('for text that is too long or too deep, without ending the process', () => {
    for (const text of [
      'a'.repeat(10_001),
      '>'.repeat(9_000),
      '*'.repeat(9_000),
      '- '.repeat(4_000),
      '['.repeat(9_000),
    ]) {
      expect(() => complaints(`${LINK}\n\n${text}`)).not.toThrow();
    }
    expect(complaints(`${LINK}\n\n${'> '.repeat(40)}deep`).body).toContain('too deeply');
    expect(complaints(`${LINK}${'a'.repeat(10_000)}`).body).toContain('longer');
  });

  it('for both fields at once', () => {
    expect(Object.keys(complaints('no link', '')).sort()).toEqual(['body', 'subject']);
  });
});
